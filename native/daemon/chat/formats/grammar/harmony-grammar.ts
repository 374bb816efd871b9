import { anyOf, type GrammarRules, literal, sequence } from '../../schema/gbnf.ts';
import { textUntil } from '../../schema/text-until.ts';
import { argumentsRule, callGrammar } from './call-grammar.ts';
import type { GrammarRequest, ToolGrammar } from '../tool-format.ts';

/** The tokens of gpt-oss's message format. */
export const harmony = {
  start: '<|start|>',
  channel: '<|channel|>',
  constrain: '<|constrain|>',
  message: '<|message|>',
  end: '<|end|>',
  call: '<|call|>',
  return: '<|return|>',
} as const;

/**
 * The recipient of a call is in the role (` to=functions.x<|channel|>...`) or in the channel
 * (`commentary to=functions.x`).
 */
export function harmonyGrammar(request: GrammarRequest): ToolGrammar | undefined {
  const channels = '(?:commentary|analysis)';
  return callGrammar(request, {
    triggerTexts: [],
    triggerPatterns: () => [
      '^( to=functions)',
      `^(<\\|channel\\|>${channels} to=functions)`,
      '<\\|start\\|>assistant( to=functions)',
      `<\\|start\\|>assistant(<\\|channel\\|>${channels} to=functions)`,
    ],
    before: analysisBefore,
    // One call ends the message.
    calls: (rules, tools) => {
      const channel = sequence(literal(harmony.channel), '("commentary" | "analysis")');
      const constraint = `((" " | " "? ${literal(harmony.constrain)} " "?) [A-Za-z]{1,16})?`;
      const calls = tools.map((tool) => {
        const recipient = literal(` to=functions.${tool.name}`);
        const header = anyOf([sequence(recipient, channel), sequence(channel, recipient)]);
        return sequence(header, constraint, literal(harmony.message), argumentsRule(rules, tool));
      });
      return rules.add('call', anyOf(calls));
    },
  });
}

/** Analysis, then the header of the final channel. */
export function harmonyAnswerPrefix(rules: GrammarRules): string {
  const header = sequence(
    literal(`${harmony.channel}final`),
    `(" "? ${literal(harmony.constrain)}? "json")?`,
    literal(harmony.message),
  );
  return sequence(analysisBefore(rules), header);
}

function analysisBefore(rules: GrammarRules): string {
  const analysis = sequence(literal(`${harmony.channel}analysis${harmony.message}`), textUntil(rules, harmony.end));
  return `(${sequence(analysis, literal(`${harmony.start}assistant`))})?`;
}
