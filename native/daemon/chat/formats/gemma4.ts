import { type GrammarRules, literal, sequence } from '../schema/gbnf.ts';
import { textUntil } from '../schema/text-until.ts';
import { type Lexis, literalGrammar } from './grammar/literal-grammar.ts';
import { reasoningBefore } from './grammar/reasoning-grammar.ts';
import type { ThinkingStyle } from './reading/incremental-parser.ts';
import { LiteralCallParser } from './reading/literal-calls.ts';
import { reasoningMarks } from './reading/thinking-marks.ts';
import type { ToolFormat } from './tool-format.ts';

const call = { open: '<|tool_call>', close: '<tool_call|>' } as const;
const quote = '<|"|>';
const channel = '<|channel>';
const thinking: ThinkingStyle = { open: `${channel}thought`, close: '<channel|>', where: 'anywhere' };

/** Gemma 4: `call:NAME{key:value}` between marks, with a mark of its own for quotes. */
export const gemma4: ToolFormat = {
  name: 'gemma-4',
  matches: (template) => template.includes(call.open) && template.includes(quote),
  parser: (options) =>
    new LiteralCallParser(options, {
      ...call,
      lead: /^\s*(?:call:|:)?/,
      literal: { open: '{', close: '}', assign: ':', quotes: [quote], escapes: false },
      stray: [channel, quote],
      thinking,
    }),
  grammar: (request) =>
    literalGrammar(request, {
      triggerTexts: [call.open],
      before: reasoningBefore(request, thinking),
      lexis: gemmaLexis,
      call: (name, members) =>
        sequence(literal(`${call.open}call:`), name, literal('{'), members, literal(`}${call.close}`)),
      calls: (one, count) => (count === 'one' ? one : `${one} ("\\n"? ${one})*`),
    }),
  markers: [call.open, call.close, quote, channel, thinking.close],
  ends: ['<turn|>', '<|tool_response>'],
  reasoning: reasoningMarks(thinking),
  answerPrefix: (start) => reasoningBefore(start, thinking),
};

function gemmaLexis(rules: GrammarRules): Lexis {
  const key = (name: string): string => literal(`${name}:`);
  const anyKey = '[A-Za-z_] [A-Za-z0-9_.-]{0,63} ":"';
  return {
    anyText: sequence(literal(quote), textUntil(rules, quote)),
    text: (value) => literal(`${quote}${value}${quote}`),
    word: (word) => literal(String(word)),
    argument: key,
    anyArgument: anyKey,
    key,
    anyKey,
    separator: '","',
  };
}
