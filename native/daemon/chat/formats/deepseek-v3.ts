import { anyOf, literal, sequence } from '../schema/gbnf.ts';
import { jsonRule } from '../schema/json-rules.ts';
import { argumentsRule, callGrammar, repeatedCalls } from './grammar/call-grammar.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { type CallHeader, MarkerCallParser, type MarkerStyle } from './reading/marker-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import type { GrammarRequest, ToolFormat, ToolGrammar } from './tool-format.ts';

const sectionBegin = '<｜tool▁calls▁begin｜>';
const sectionEnd = '<｜tool▁calls▁end｜>';
const callBegin = '<｜tool▁call▁begin｜>';
const callEnd = '<｜tool▁call▁end｜>';
const separator = '<｜tool▁sep｜>';

const style: MarkerStyle = {
  // Distilled models spell the section's token in their own ways.
  sectionBegin: [sectionBegin, '<｜tool_calls_begin｜>', '<｜tool calls begin｜>', '<｜tool\\_calls\\_begin｜>'],
  sectionEnd: [sectionEnd, '<｜tool_calls_end｜>'],
  callBegin: [callBegin],
  separator: [separator],
  callEnd: [callEnd],
  thinking: thinkTags,
  readHeader,
};

const shared = {
  parser: (options) => new MarkerCallParser(options, style),
  markers: [sectionBegin, sectionEnd, callBegin, callEnd, separator, thinkTags.open, thinkTags.close],
  reasoning: reasoningMarks(thinkTags),
  answerPrefix: (start) => reasoningBefore(start),
} satisfies Partial<ToolFormat>;

/** DeepSeek V3.1: the name before the separator, the arguments after it. */
export const deepseekV31: ToolFormat = {
  ...shared,
  name: 'deepseek-v3.1',
  matches: (template) => template.includes(separator) && !template.includes('```json'),
  grammar: (request) => deepseekGrammar(request, (name) => ({ open: `${name}${separator}`, close: '' })),
};

/** DeepSeek V3 and R1: `function`, separator, the name on a line, the arguments in a fence. */
export const deepseekV3: ToolFormat = {
  ...shared,
  name: 'deepseek-v3',
  matches: (template) => template.includes(separator),
  grammar: (request) =>
    deepseekGrammar(request, (name) => ({ open: `function${separator}${name}\n\`\`\`json\n`, close: '"\\n"? "```"' })),
};

/** V3 has the type before the separator and the name behind it, V3.1 the name before. */
function readHeader(header: string, head: string, index: number): CallHeader {
  const name = head.replace(/```\w*\s*$/, '').trim();
  const idFor = (): string => `call_${index}`;
  const typed = header === '' || header === 'function' || header === 'tool';
  if (typed && /^\w[\w.-]*$/.test(name) && name !== 'json') return { name, idFor, repaired: false, argumentsHead: '' };
  return { name: header, idFor, repaired: false, argumentsHead: head.replace(/```\w*\s*$/, '') };
}

function deepseekGrammar(
  request: GrammarRequest,
  layout: (name: string) => { readonly open: string; readonly close: string },
): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [sectionBegin, callBegin],
    before: reasoningBefore(request),
    calls: (rules, tools, count) => {
      const ws = jsonRule(rules, 'ws');
      const named = tools.map((tool) => {
        const { open, close } = layout(tool.name);
        return sequence(literal(open), argumentsRule(rules, tool), close);
      });
      const call = rules.add('call', sequence(literal(callBegin), anyOf(named), literal(callEnd)));
      const calls = rules.add('calls', sequence(repeatedCalls(call, count, ws)));
      const section = sequence(literal(sectionBegin), ws, calls, ws, literal(sectionEnd));
      return request.choice === 'auto' ? anyOf([section, `${calls} (${ws} ${literal(sectionEnd)})?`]) : section;
    },
  });
}
