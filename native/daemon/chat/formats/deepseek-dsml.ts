import { literal, sequence } from '../schema/gbnf.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import { tagGrammar } from './grammar/tag-grammar.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ParserOptions, ToolFormat } from './tool-format.ts';

/** The token that stands in each tag of DeepSeek's markup. */
const dsml = '｜DSML｜';
const tag = (name: string): string => `<${dsml}${name}`;
const endTag = (name: string): string => `</${dsml}${name}>`;
const outer = { v32: 'function_calls', v4: 'tool_calls' } as const;

/** DeepSeek V3.2: calls in `function_calls`. */
export const deepseekV32 = dsmlFormat('deepseek-v3.2', outer.v32);
/** DeepSeek V4: the same in `tool_calls`. */
export const deepseekV4 = dsmlFormat('deepseek-v4', outer.v4);

function dsmlFormat(name: string, section: string): ToolFormat {
  return {
    name,
    matches: (template) => template.includes('DSML') && template.includes(section),
    parser,
    grammar: (request) =>
      tagGrammar(request, {
        outer: { open: `${tag(section)}>`, close: endTag(section), around: 'all' },
        open: (tool) => sequence(literal(`${tag('invoke')} name="`), tool, literal('">')),
        close: endTag('invoke'),
        parameters: {
          before: (key, type) => {
            const written = literal(`" string="${type === 'text'}">`);
            return sequence(literal(`${tag('parameter')} name="`), key, written);
          },
          close: endTag('parameter'),
          after: '"\\n"?',
        },
        before: reasoningBefore(request),
      }),
    markers: [dsml, thinkTags.open, thinkTags.close],
    reasoning: reasoningMarks(thinkTags),
    answerPrefix: (start) => reasoningBefore(start),
  };
}

/** Each model may use the other's section, and forget it. */
function parser(options: ParserOptions): ParameterCallParser {
  return new ParameterCallParser(options, {
    callOpen: Object.values(outer).map((name) => `${tag(name)}>`),
    callClose: [endTag('invoke'), ...Object.values(outer).map(endTag)],
    nameOpen: `${tag('invoke')} name="`,
    nameClose: ['">', '\n'],
    keyOpen: `${tag('parameter')} name="`,
    keyClose: '">',
    valueOpen: undefined,
    valueClose: endTag('parameter'),
    stray: [dsml],
    layout: 'verbatim',
    thinking: thinkTags,
    quote: '"',
    valueType: (attributes) => {
      const written = /string="(true|false)/.exec(attributes)?.[1];
      if (written === undefined) return undefined;
      return written === 'true' ? 'text' : 'json';
    },
  });
}
