import { literal, sequence } from '../schema/gbnf.ts';
import { textUntil } from '../schema/text-until.ts';
import { patternOf } from './grammar/call-grammar.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { tagGrammar } from './grammar/tag-grammar.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

/** MiniCPM 5: `<function name="NAME">` with a `<param name="KEY">` for each argument, perhaps in a CDATA section. */
export const miniCpm: ToolFormat = {
  name: 'minicpm',
  matches: (template) => template.includes('<function name="') && template.includes('<param name="'),
  parser: (options) =>
    new ParameterCallParser(options, {
      callOpen: [],
      callClose: ['</function>'],
      nameOpen: '<function name="',
      nameClose: ['">', '\n'],
      keyOpen: '<param name="',
      keyClose: '">',
      valueOpen: undefined,
      valueClose: '</param>',
      stray: [],
      layout: 'cdata',
      thinking: thinkTags,
    }),
  grammar: (request) =>
    tagGrammar(request, {
      outer: undefined,
      open: (name) => sequence(literal('<function name="'), name, literal('">')),
      close: '</function>',
      parameters: {
        before: (key) => sequence(literal('<param name="'), key, literal('">')),
        close: '</param>',
        after: '',
        quotedText: (rules) => sequence(literal('<![CDATA['), textUntil(rules, ']]>'), literal('</param>')),
      },
      before: reasoningBefore(request),
      triggerPatterns: (tools) => [`(<function name="(?:${tools.map((tool) => patternOf(tool.name)).join('|')})">)`],
    }),
  markers: [thinkTags.open, thinkTags.close],
  reasoning: reasoningMarks(thinkTags),
  answerPrefix: (start) => reasoningBefore(start),
};
