import { literal, sequence } from '../schema/gbnf.ts';
import { jsonRule } from '../schema/json-rules.ts';
import { callGrammar, namedObjectRule, repeatedCalls } from './grammar/call-grammar.ts';
import { thinkTags, type ThinkingStyle } from './reading/incremental-parser.ts';
import { ObjectCallParser } from './reading/object-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import type { GrammarRequest, ToolFormat, ToolGrammar } from './tool-format.ts';

export const callTags = { open: '<tool_call>', close: '</tool_call>' } as const;
/** Apriel puts a list of calls between its own tags. */
const listTags = { open: '<tool_calls>', close: '</tool_calls>' } as const;

/** Hermes, Qwen 2.5 and Qwen 3: `<tool_call>{"name": ..., "arguments": ...}</tool_call>`, reasoning in think tags. */
export const hermesQwen: ToolFormat = {
  name: 'hermes-qwen',
  // In Jinja source the quotes around the key may be escaped.
  matches: (template) => template.includes(callTags.open) && /\\?"arguments\\?"/.test(template),
  parser: (options) =>
    new ObjectCallParser(options, {
      open: [callTags, listTags].map(({ open }) => ({ tag: open, tentative: false })),
      close: [callTags.close, listTags.close],
      bare: true,
      thinking: thinkTags,
    }),
  grammar: (request) => taggedObjectGrammar(request),
  markers: [callTags.open, callTags.close, listTags.open, listTags.close, thinkTags.open, thinkTags.close],
  reasoning: reasoningMarks(thinkTags),
  answerPrefix: (start) => reasoningBefore(start),
};

/** Calls between tags, one after the other. */
export function taggedObjectGrammar(request: GrammarRequest, thinking?: ThinkingStyle): ToolGrammar | undefined {
  return callGrammar(request, {
    triggerTexts: [callTags.open],
    before: reasoningBefore(request, thinking),
    calls: (rules, tools, count) => {
      const ws = jsonRule(rules, 'ws');
      const object = namedObjectRule(rules, tools, { key: 'arguments' });
      const call = rules.add('call', sequence(literal(callTags.open), ws, object, ws, literal(callTags.close)));
      return repeatedCalls(call, count, ws);
    },
  });
}
