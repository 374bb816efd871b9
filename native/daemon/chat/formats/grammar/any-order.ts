import { anyOf, type GrammarRules, sequence } from '../../schema/gbnf.ts';

/** One of several things that follow each other. */
export interface Part {
  readonly expression: string;
  readonly required: boolean;
}

/** With more optional parts, each of them may come any number of times: the rules would double with every part. */
const onceMax = 2;

/**
 * The required parts in their order, each once, and between them the optional ones in any order, each at most once
 * where there are few. Empty without parts.
 */
export function anyOrder(rules: GrammarRules, parts: readonly Part[], hint: string): string {
  const required = parts.filter((part) => part.required).map(({ expression }) => expression);
  const optional = parts.filter((part) => !part.required).map(({ expression }) => expression);
  if (optional.length === 0) return required.join(' ');
  if (optional.length > onceMax) {
    const others = `${rules.add(`${hint} others`, anyOf(optional))}*`;
    return sequence(others, ...required.flatMap((part) => [part, others]));
  }
  if (required.length === 0) return someOf(optional);
  const named = optional.map((part) => rules.add(`${hint} part`, part));
  return statesFrom(rules, { required, left: named, hint });
}

/** What may still come: the required parts from here on, and the optional ones that have not come yet. */
interface Remaining {
  readonly required: readonly string[];
  readonly left: readonly string[];
  readonly hint: string;
}

function statesFrom(rules: GrammarRules, { required, left, hint }: Remaining): string {
  const [next, ...rest] = required;
  if (next === undefined) return someOf(left);
  if (left.length === 0) return required.join(' ');
  const onward = sequence(next, statesFrom(rules, { required: rest, left, hint }));
  const early = left.map((part) =>
    sequence(part, statesFrom(rules, { required, left: left.filter((other) => other !== part), hint })),
  );
  return rules.add(`${hint} rest`, anyOf([onward, ...early]));
}

/** Any of a few parts in any order, each at most once. */
function someOf(parts: readonly string[]): string {
  const [first, second] = parts;
  if (first === undefined) return '';
  return second === undefined ? `(${first})?` : `(${first} (${second})? | ${second} (${first})?)?`;
}
