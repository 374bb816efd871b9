import { anyOf, literal, sequence } from '../schema/gbnf.ts';
import { jsonRule } from '../schema/json-rules.ts';
import { callGrammar, repeatedCalls } from './grammar/call-grammar.ts';
import { callTags } from './hermes-qwen.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import { parametersExpression } from './grammar/parameter-grammar.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import type { GrammarRequest, ToolFormat, ToolGrammar } from './tool-format.ts';

const argumentTags = ['<arg_key>', '</arg_key>', '<arg_value>', '</arg_value>'];

/** GLM 4.5 and later: `<tool_call>NAME<arg_key>KEY</arg_key><arg_value>VALUE</arg_value></tool_call>`. */
export const glm: ToolFormat = {
  name: 'glm',
  matches: (template) => template.includes('<arg_key>') && template.includes('<arg_value>'),
  parser: (options) =>
    new ParameterCallParser(options, {
      callOpen: [callTags.open],
      callClose: [callTags.close],
      nameOpen: undefined,
      nameClose: ['\n'],
      keyOpen: '<arg_key>',
      keyClose: '</arg_key>',
      valueOpen: '<arg_value>',
      valueClose: '</arg_value>',
      stray: argumentTags,
      layout: 'verbatim',
      thinking: thinkTags,
    }),
  grammar: glmGrammar,
  markers: [callTags.open, callTags.close, thinkTags.open, thinkTags.close, ...argumentTags],
  ends: ['<|user|>', '<|observation|>'],
  reasoning: reasoningMarks(thinkTags),
  answerPrefix: (start) => reasoningBefore(start),
};

function glmGrammar(request: GrammarRequest): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [callTags.open],
    before: reasoningBefore(request),
    calls: (rules, tools, count) => {
      const ws = jsonRule(rules, 'ws');
      const layout = {
        before: (key: string) =>
          sequence(literal('<arg_key>'), key, literal('</arg_key>'), '"\\n"?', literal('<arg_value>')),
        close: '</arg_value>',
        after: '"\\n"?',
      };
      const named = tools.map((tool) =>
        sequence(literal(tool.name), '"\\n"?', parametersExpression(rules, tool, layout)),
      );
      const call = rules.add('call', sequence(literal(callTags.open), '"\\n"?', anyOf(named), literal(callTags.close)));
      return repeatedCalls(call, count, ws);
    },
  });
}
