import { literal, sequence } from '../schema/gbnf.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { tagGrammar } from './grammar/tag-grammar.ts';
import type { ThinkingStyle } from './reading/incremental-parser.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

/** All its tags end with this. */
const suffix = ':opensource';
const open = (name: string): string => `<${name}${suffix}>`;
const close = (name: string): string => `</${name}${suffix}>`;
const argumentTags = ['arg_key', 'arg_value'].flatMap((name) => [open(name), close(name)]);
const thinking: ThinkingStyle = { open: open('think'), close: close('think'), where: 'anywhere' };

/** Hunyuan 3: GLM's tags with a suffix, the calls in a section. */
export const hunyuan: ToolFormat = {
  name: 'hunyuan',
  matches: (template) => template.includes(suffix) && template.includes('tool_sep'),
  parser: (options) =>
    new ParameterCallParser(options, {
      callOpen: [open('tool_call')],
      callClose: [close('tool_call'), close('tool_calls')],
      nameOpen: undefined,
      nameClose: [open('tool_sep'), '\n'],
      keyOpen: open('arg_key'),
      keyClose: close('arg_key'),
      valueOpen: open('arg_value'),
      valueClose: close('arg_value'),
      section: open('tool_calls'),
      stray: [...argumentTags, open('tool_sep')],
      layout: 'verbatim',
      thinking,
    }),
  grammar: (request) =>
    tagGrammar(request, {
      outer: { open: open('tool_calls'), close: close('tool_calls'), around: 'all' },
      open: (name) => sequence(literal(open('tool_call')), name, literal(open('tool_sep'))),
      close: close('tool_call'),
      parameters: {
        before: (key) =>
          sequence(literal(open('arg_key')), key, literal(close('arg_key')), '"\\n"?', literal(open('arg_value'))),
        close: close('arg_value'),
        after: '"\\n"?',
      },
      before: reasoningBefore(request, thinking),
    }),
  markers: [
    ...['tool_calls', 'tool_call', 'think'].flatMap((name) => [open(name), close(name)]),
    open('tool_sep'),
    ...argumentTags,
  ],
  reasoning: reasoningMarks(thinking),
  answerPrefix: (start) => reasoningBefore(start, thinking),
};
