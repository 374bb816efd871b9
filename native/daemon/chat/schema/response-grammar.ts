import { CodedError } from '../../../protocol/coded-error.ts';
import type { ResponseFormat } from '../../../protocol/generation.ts';
import { anyOf, GrammarRules, literal, sequence } from './gbnf.ts';
import { jsonRule } from './json-rules.ts';
import { schemaRule } from './compiler.ts';

interface ResponseGrammar {
  readonly gbnf: string;
  readonly root: string;
}

/**
 * GBNF for an answer in the given format; undefined for text. `prefix` is a format's `answerPrefix`: what may stand
 * before the answer. A client's own grammar is taken as it is, root `root`. Throws `grammar.invalid`.
 */
export function responseGrammar(format: ResponseFormat, prefix?: AnswerPrefix): ResponseGrammar | undefined {
  if (format.type === 'text') return undefined;
  if (format.type === 'grammar') {
    if (format.gbnf.includes('\0'))
      throw new CodedError('grammar.invalid', 'The grammar holds a NUL character, where it would end: take it out.');
    return { gbnf: format.gbnf, root: 'root' };
  }
  const rules = new GrammarRules();
  rules.define(
    'root',
    format.type === 'choice'
      ? sequence(prefix?.(rules) ?? '', anyOf(format.choices.map(literal)))
      : answerRule(rules, format, prefix),
  );
  return { gbnf: rules.toString(), root: 'root' };
}

/** The answer as an expression, for a grammar in which it is one of several alternatives. Throws `grammar.invalid`. */
export function answerRule(rules: GrammarRules, format: JsonFormat, prefix?: AnswerPrefix): string {
  const answer =
    format.type === 'json' ? jsonRule(rules, 'json-object') : schemaRule(rules, format.schema, 'answer', 'open');
  return sequence(prefix?.(rules) ?? '', jsonRule(rules, 'ws'), answer);
}

type JsonFormat = Extract<ResponseFormat, { type: 'json' | 'schema' }>;

/** Writes what may stand before an answer as an expression, adding the rules it needs. */
export type AnswerPrefix = (rules: GrammarRules) => string;
