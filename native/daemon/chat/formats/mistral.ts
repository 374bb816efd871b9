import { anyOf, literal, sequence } from '../schema/gbnf.ts';
import { argumentsRule, callGrammar, repeatedCalls } from './grammar/call-grammar.ts';
import { freeSpace, reasoningBefore } from './grammar/reasoning-grammar.ts';
import type { ThinkingStyle } from './reading/incremental-parser.ts';
import { type CallHeader, MarkerCallParser, type MarkerStyle } from './reading/marker-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { GrammarRequest, ToolFormat, ToolGrammar } from './tool-format.ts';

const marks = { calls: '[TOOL_CALLS]', id: '[CALL_ID]', args: '[ARGS]' } as const;

/** Magistral and the reasoning models after it. */
export const mistralThinking: ThinkingStyle = {
  open: '[THINK]',
  close: '[/THINK]',
  where: 'anywhere',
};

const style: MarkerStyle = {
  sectionBegin: [],
  sectionEnd: [],
  callBegin: [marks.calls],
  separator: [marks.args],
  callEnd: [],
  stray: [marks.id],
  thinking: mistralThinking,
  readHeader,
};

/** Mistral since version 11 of its tokenizer, such as Devstral and Ministral: `[TOOL_CALLS]NAME[ARGS]{...}`. */
export const mistral: ToolFormat = {
  name: 'mistral',
  matches: (template) => template.includes(marks.calls) && template.includes(marks.args),
  parser: (options) => new MarkerCallParser(options, style),
  grammar: mistralGrammar,
  markers: [...Object.values(marks), mistralThinking.open, mistralThinking.close],
  reasoning: reasoningMarks(mistralThinking),
  answerPrefix: (start) => reasoningBefore(start, mistralThinking),
};

/** `NAME`, or `NAME[CALL_ID]ID` with nine letters and digits. */
function readHeader(header: string, head: string, index: number, taken: ReadonlySet<string>): CallHeader {
  const found = /^(.*?)\s*\[CALL_ID\]\s*([A-Za-z0-9]{9})$/s.exec(header);
  const [name = header, id = ''] = found?.slice(1) ?? [];
  const written = id !== '' && !taken.has(id) ? id : `call_${index}`;
  return { name, idFor: () => written, repaired: false, argumentsHead: head };
}

function mistralGrammar(request: GrammarRequest): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [marks.calls],
    before: reasoningBefore(request, mistralThinking),
    calls: (rules, tools, count) => {
      const id = `(${literal(marks.id)} [A-Za-z0-9]{9})?`;
      const named = tools.map((tool) =>
        sequence(literal(tool.name), id, literal(marks.args), argumentsRule(rules, tool)),
      );
      return repeatedCalls(rules.add('call', sequence(literal(marks.calls), anyOf(named))), count, freeSpace);
    },
  });
}
