import { literal, sequence } from '../schema/gbnf.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { tagGrammar } from './grammar/tag-grammar.ts';
import type { ThinkingStyle } from './reading/incremental-parser.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

const call = { open: '<seed:tool_call>', close: '</seed:tool_call>' } as const;
const thinking: ThinkingStyle = { open: '<seed:think>', close: '</seed:think>', where: 'anywhere' };

/** Seed-OSS: Qwen3-Coder's tags in outer tags of its own, values without newlines around them. */
export const seedOss: ToolFormat = {
  name: 'seed-oss',
  matches: (template) => template.includes(call.open),
  parser: (options) =>
    new ParameterCallParser(options, {
      callOpen: [call.open],
      callClose: ['</function>', call.close],
      nameOpen: '<function=',
      nameClose: ['>', '\n'],
      keyOpen: '<parameter=',
      keyClose: '>',
      valueOpen: undefined,
      valueClose: '</parameter>',
      stray: ['<seed:cot_budget_reflect>', '</seed:cot_budget_reflect>'],
      layout: 'verbatim',
      thinking,
    }),
  grammar: (request) =>
    tagGrammar(request, {
      outer: { ...call, around: 'each' },
      open: (name) => sequence(literal('<function='), name, literal('>')),
      close: '</function>',
      parameters: {
        before: (key) => sequence(literal('<parameter='), key, literal('>')),
        close: '</parameter>',
        after: '"\\n"?',
      },
      before: reasoningBefore(request, thinking),
    }),
  markers: [call.open, call.close, thinking.open, thinking.close],
  reasoning: reasoningMarks(thinking),
  answerPrefix: (start) => reasoningBefore(start, thinking),
};
