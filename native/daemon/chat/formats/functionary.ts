import { anyOf, literal, sequence } from '../schema/gbnf.ts';
import { argumentsRule, callGrammar, patternOf, repeatedCalls } from './grammar/call-grammar.ts';
import { spaceBefore } from './grammar/reasoning-grammar.ts';
import { thinkTagsAtStart } from './reading/incremental-parser.ts';
import { type CallHeader, MarkerCallParser, type MarkerStyle } from './reading/marker-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { GrammarRequest, ToolFormat, ToolGrammar } from './tool-format.ts';

/** Begins Python without a name in the models that these are made of; dropped here. */
const pythonTag = '<|python_tag|>';
const shared = {
  stray: [pythonTag],
  sectionBegin: [],
  sectionEnd: [],
  separator: [],
  thinking: thinkTagsAtStart,
  readHeader,
} as const;
const tag = { open: '<function=', close: '</function>' } as const;
const tagged: MarkerStyle = { ...shared, callBegin: [tag.open], callEnd: [tag.close], headerEnd: '>' };

/** Functionary 3.1: `<function=NAME>{...}</function>`. */
export const functionaryTags: ToolFormat = {
  name: 'functionary-3.1',
  matches: (template) => template.includes(tag.open) && template.includes('<|start_header_id|>'),
  parser: (options) => new MarkerCallParser(options, tagged),
  grammar: (request) =>
    callGrammar(request, {
      triggerTexts: [],
      triggerPatterns: (tools) => [`(<function=(?:${tools.map((tool) => patternOf(tool.name)).join('|')})>)`],
      before: spaceBefore,
      calls: (rules, tools, count) => {
        const named = tools.map((tool) => sequence(literal(`${tag.open}${tool.name}>`), argumentsRule(rules, tool)));
        return repeatedCalls(rules.add('call', sequence(anyOf(named), literal(tag.close))), count, '"\\n"?');
      },
    }),
  markers: [pythonTag],
  reasoning: reasoningMarks(thinkTagsAtStart),
  answerPrefix: () => undefined,
};

const recipient = '>>>';
const addressed: MarkerStyle = {
  ...shared,
  callBegin: [recipient],
  callEnd: [],
  headerEnd: '\n',
  textHeader: (header) => {
    if (header === 'all') return '';
    return /^[\w.-]*$/.test(header) ? undefined : `${header}\n`;
  },
};

/** Functionary 3.2: parts of a reply for `all` or for a tool, `>>>NAME` and a line with JSON. */
export const functionaryRecipients: ToolFormat = {
  name: 'functionary-3.2',
  matches: (template) => template.includes(`${recipient}all`),
  parser: (options) => new MarkerCallParser(options, addressed, isBegun(options.prompt) ? recipient : ''),
  grammar: recipientGrammar,
  markers: [pythonTag],
  reasoning: reasoningMarks(thinkTagsAtStart),
  answerPrefix:
    ({ prompt }) =>
    () =>
      isBegun(prompt) ? '"all\\n"' : '',
};

/** Whether the prompt wrote the mark before the first name. */
function isBegun(prompt: string): boolean {
  return prompt.endsWith(recipient);
}

function readHeader(header: string, head: string, index: number): CallHeader {
  return { name: header, idFor: () => `call_${index}`, repaired: false, argumentsHead: head };
}

function recipientGrammar(request: GrammarRequest): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [],
    triggerPatterns: (tools) => {
      const names = tools.map((tool) => patternOf(tool.name)).join('|');
      const next = `(${recipient}(?:${names})\\n)`;
      return isBegun(request.prompt) ? [`^((?:${names})\\n)`, next] : [next];
    },
    before: isBegun(request.prompt) ? undefined : spaceBefore,
    calls: (rules, tools, count) => {
      const named = tools.map((tool) => sequence(literal(`${tool.name}\n`), argumentsRule(rules, tool)));
      const call = rules.add('call', anyOf(named));
      const next = sequence('"\\n"?', literal(recipient), call);
      const first = isBegun(request.prompt) ? `${literal(recipient)}?` : literal(recipient);
      return sequence(first, call, count === 'one' ? '' : `(${next})*`);
    },
  });
}
