import { anyOf, literal, sequence } from '../schema/gbnf.ts';
import { argumentsRule, callGrammar, repeatedCalls } from './grammar/call-grammar.ts';
import { freeSpace, reasoningBefore } from './grammar/reasoning-grammar.ts';
import type { ThinkingStyle } from './reading/incremental-parser.ts';
import { type CallHeader, MarkerCallParser, type MarkerStyle } from './reading/marker-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

const marks = {
  calls: '<|tool_calls|>',
  callsEnd: '<|calls|>',
  begin: '<|tool_call:begin|>',
  name: '<|tool_call:name|>',
  args: '<|tool_call:args|>',
  end: '<|tool_call:end|>',
} as const;
const message = { begin: '<|begin|>', content: '<|content|>' } as const;
const assistant = `${message.begin}assistant`;

const thinking: ThinkingStyle = {
  open: '<|think|>',
  close: '<|end|>',
  where: 'anywhere',
  answer: [`${assistant}${message.content}`, assistant, message.begin, message.content],
};

const style: MarkerStyle = {
  sectionBegin: [marks.calls],
  sectionEnd: [marks.callsEnd],
  callBegin: [marks.begin],
  separator: [marks.args],
  callEnd: [marks.end],
  stray: [marks.name],
  thinking,
  readHeader,
};

/** Solar Open: reasoning, answer and calls are messages of their own; a call has an id and a name before its JSON. */
export const solarOpen: ToolFormat = {
  name: 'solar-open',
  matches: (template) => template.includes(marks.begin) && template.includes(marks.args),
  parser: (options) => new MarkerCallParser(options, style),
  grammar: (request) =>
    callGrammar(request, {
      triggerTexts: [marks.calls],
      before: (rules) => sequence(reasoningBefore(request, thinking)(rules), `(${literal(assistant)})?`),
      calls: (rules, tools, count) => {
        const id = `${literal(marks.begin)} [A-Za-z0-9_-]{1,64}`;
        const named = tools.map((tool) =>
          sequence(literal(`${marks.name}${tool.name}${marks.args}`), argumentsRule(rules, tool)),
        );
        const call = rules.add('call', sequence(id, anyOf(named), literal(marks.end)));
        return sequence(
          literal(marks.calls),
          repeatedCalls(call, count, freeSpace),
          freeSpace,
          `(${literal(marks.callsEnd)})?`,
        );
      },
    }),
  markers: [...Object.values(marks), ...Object.values(message), thinking.open, thinking.close],
  ends: [marks.callsEnd, '<|flush|>'],
  reasoning: reasoningMarks(thinking),
  answerPrefix: (start) => (rules) =>
    sequence(reasoningBefore(start, thinking)(rules), `(${literal(assistant)})?`, `(${literal(message.content)})?`),
};

/** `ID`, the name's mark, `NAME`. */
function readHeader(header: string, head: string, index: number, taken: ReadonlySet<string>): CallHeader {
  const found = /^([\w-]{1,64})\s*<\|tool_call:name\|>\s*(.*)$/s.exec(header);
  const [id = '', name = header] = found?.slice(1) ?? [];
  const written = id !== '' && !taken.has(id) ? id : `call_${index}`;
  return { name: name || header, idFor: () => written, repaired: false, argumentsHead: head };
}
