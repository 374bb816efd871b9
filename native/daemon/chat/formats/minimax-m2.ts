import { literal, sequence } from '../schema/gbnf.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { tagGrammar } from './grammar/tag-grammar.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

const calls = { open: '<minimax:tool_call>', close: '</minimax:tool_call>' } as const;

/** MiniMax M2: `<invoke name="NAME">` with a `<parameter name="KEY">` for each argument, all calls in one outer tag. */
export const minimaxM2: ToolFormat = {
  name: 'minimax-m2',
  matches: (template) => template.includes(calls.open),
  parser: (options) =>
    new ParameterCallParser(options, {
      callOpen: [calls.open],
      callClose: ['</invoke>', calls.close],
      nameOpen: '<invoke name="',
      nameClose: ['">', '\n'],
      keyOpen: '<parameter name="',
      keyClose: '">',
      valueOpen: undefined,
      valueClose: '</parameter>',
      stray: [],
      layout: 'verbatim',
      thinking: thinkTags,
    }),
  grammar: (request) =>
    tagGrammar(request, {
      outer: { ...calls, around: 'all' },
      open: (name) => sequence(literal('<invoke name="'), name, literal('">')),
      close: '</invoke>',
      parameters: {
        before: (key) => sequence(literal('<parameter name="'), key, literal('">')),
        close: '</parameter>',
        after: '"\\n"?',
      },
      before: reasoningBefore(request),
    }),
  markers: [calls.open, calls.close, thinkTags.open, thinkTags.close],
  reasoning: reasoningMarks(thinkTags),
  answerPrefix: (start) => reasoningBefore(start),
};
