import { type GrammarRules, repeat, sequence } from '../../schema/gbnf.ts';

/** Bounds and expressions of a list's items. */
interface ListItems {
  readonly first: readonly string[];
  readonly others: string | undefined;
  readonly min: number;
  readonly max: number | undefined;
}

/** The items of a list with `separator` between them, as many as the bounds say; the brackets are not part of it. */
export function listExpression(rules: GrammarRules, items: ListItems, separator: string, hint: string): string {
  const { others, min } = items;
  const max = Math.max(min, items.max ?? Infinity);
  const first = items.first.slice(0, max);
  const start = Math.max(first.length, 1);
  let inner = '';
  if (others !== undefined && max > first.length) {
    const next = rules.add(`${hint}-next`, sequence(separator, others));
    inner = repeat(next, Math.max(0, min - start), Number.isFinite(max) ? max - start : undefined);
    if (first.length === 0) inner = sequence(others, inner);
  }
  for (let at = first.length - 1; at >= 0; at -= 1) {
    inner = sequence(at === 0 ? '' : separator, first[at] ?? '', inner);
    if (at > 0 && at >= min) inner = `(${inner})?`;
  }
  return min === 0 && inner !== '' ? `(${inner})?` : inner;
}
