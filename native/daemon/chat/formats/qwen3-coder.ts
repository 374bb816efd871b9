import { anyOf, literal, sequence } from '../schema/gbnf.ts';
import { jsonRule } from '../schema/json-rules.ts';
import { callGrammar, patternOf, repeatedCalls } from './grammar/call-grammar.ts';
import { callTags } from './hermes-qwen.ts';
import { thinkTags } from './reading/incremental-parser.ts';
import { ParameterCallParser } from './reading/parameter-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import { parametersExpression } from './grammar/parameter-grammar.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import type { GrammarRequest, ToolFormat, ToolGrammar } from './tool-format.ts';

/** Qwen3-Coder (and Qwen 3.5): `<tool_call><function=NAME><parameter=KEY>` with plain values on separate lines. */
export const qwen3Coder: ToolFormat = {
  name: 'qwen3-coder',
  matches: (template) =>
    template.includes('<function=') && template.includes('<parameter=') && template.includes(callTags.open),
  parser: (options) =>
    new ParameterCallParser(options, {
      callOpen: [callTags.open],
      callClose: ['</function>', callTags.close],
      nameOpen: '<function=',
      nameClose: ['>', '\n'],
      keyOpen: '<parameter=',
      keyClose: '>',
      valueOpen: undefined,
      valueClose: '</parameter>',
      stray: [],
      layout: 'lines',
      thinking: thinkTags,
    }),
  grammar: qwenGrammar,
  markers: [callTags.open, callTags.close, thinkTags.open, thinkTags.close],
  reasoning: reasoningMarks(thinkTags),
  answerPrefix: (start) => reasoningBefore(start),
};

function qwenGrammar(request: GrammarRequest): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [callTags.open],
    // The model often forgets the outer tag.
    triggerPatterns: (tools) => [`(<function=(?:${tools.map((tool) => patternOf(tool.name)).join('|')})>)`],
    before: reasoningBefore(request),
    calls: (rules, tools, count) => {
      const ws = jsonRule(rules, 'ws');
      const layout = {
        before: (key: string) => sequence(literal('<parameter='), key, literal('>\n')),
        close: '\n</parameter>',
        after: '"\\n"',
      };
      const functions = tools.map((tool) =>
        sequence(
          literal(`<function=${tool.name}>\n`),
          parametersExpression(rules, tool, layout),
          literal('</function>'),
        ),
      );
      const called = rules.add('function', anyOf(functions));
      const tagged = sequence(literal(callTags.open), ws, called, ws, literal(callTags.close));
      if (request.choice !== 'auto') return repeatedCalls(rules.add('call', tagged), count, ws);
      const untagged = sequence(called, `(${ws} ${literal(callTags.close)})?`);
      return repeatedCalls(rules.add('call', anyOf([tagged, untagged])), count, ws);
    },
  });
}
