import { literal, sequence } from '../schema/gbnf.ts';
import type { AnswerPrefix } from '../schema/response-grammar.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { tagGrammar } from './grammar/tag-grammar.ts';
import type { ThinkingStyle } from './reading/incremental-parser.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ReplyStart, ToolFormat } from './tool-format.ts';

const tokens = { open: '<|open|>', close: '<|close|>', sep: '<|sep|>' } as const;
const opened = (tag: string): string => `${tokens.open}${tag}${tokens.sep}`;
const closed = (tag: string): string => `${tokens.close}${tag}${tokens.sep}`;

const thinking: ThinkingStyle = {
  open: opened('think'),
  close: closed('think'),
  where: 'anywhere',
  answer: [opened('response'), closed('response'), closed('message')],
};

/** Kimi K3: reasoning, answer and calls are parts of a message, with tags made of three tokens. */
export const kimiK3: ToolFormat = {
  name: 'kimi-k3',
  matches: (template) => template.includes(tokens.open) && template.includes(tokens.sep),
  parser: (options) =>
    new ParameterCallParser(options, {
      callOpen: [opened('tools')],
      callClose: [closed('call'), closed('tools')],
      nameOpen: `${tokens.open}call tool="`,
      nameClose: [`"${tokens.sep}`],
      keyOpen: `${tokens.open}argument key="`,
      keyClose: `"${tokens.sep}`,
      valueOpen: undefined,
      valueClose: closed('argument'),
      stray: Object.values(tokens),
      layout: 'verbatim',
      thinking,
      quote: '"',
      valueType: (attributes) => (/type="string/.test(attributes) ? 'text' : 'json'),
    }),
  grammar: (request) =>
    tagGrammar(request, {
      outer: { open: opened('tools'), close: closed('tools'), around: 'all' },
      open: (name) =>
        sequence(
          literal(`${tokens.open}call tool="`),
          name,
          literal('" index="'),
          '[0-9]{1,4}',
          literal(`"${tokens.sep}`),
        ),
      close: closed('call'),
      after: `(${literal(closed('message'))})?`,
      parameters: {
        before: (key, type) =>
          sequence(
            literal(`${tokens.open}argument key="`),
            key,
            literal('" type="'),
            type === 'text' ? literal('string') : '("number" | "boolean" | "object" | "array" | "null")',
            literal(`"${tokens.sep}`),
          ),
        close: closed('argument'),
        after: '',
      },
      before: emptyResponse(request),
    }),
  markers: Object.values(tokens),
  ends: ['<|end_of_msg|>'],
  reasoning: reasoningMarks(thinking),
  answerPrefix: (start) => (rules) => sequence(reasoningBefore(start, thinking)(rules), responseMark),
};

const responseMark = `(${literal(opened('response'))})?`;

/** Before a required call the answer is empty. */
function emptyResponse(start: ReplyStart): AnswerPrefix {
  const response = `(${literal(opened('response'))} ${literal(closed('response'))})?`;
  return (rules) => sequence(reasoningBefore(start, thinking)(rules), response);
}
