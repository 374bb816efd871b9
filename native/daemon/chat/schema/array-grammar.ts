import { literal, repeat, sequence } from './gbnf.ts';
import type { Place, SchemaCompiler } from './compiler.ts';
import { jsonRule } from './json-rules.ts';
import { tupleOf } from './merge.ts';
import { countOf, type SchemaRecord } from './keywords.ts';

/** A tuple longer than this goes on as its last items' schema says, or freely. */
const prefixMax = 64;

/** An array: items of the tuple in their places, then the others, as many as the bounds say. */
export function arrayExpression(
  compiler: SchemaCompiler,
  schema: SchemaRecord,
  hint: string,
  place: Place,
): string | undefined {
  const { rules } = compiler;
  const ws = jsonRule(rules, 'ws');
  const tuple = tupleOf(schema);
  const min = countOf(schema, 'minItems') ?? 0;
  let max = countOf(schema, 'maxItems') ?? Infinity;
  if (max < min) return undefined;
  if (tuple.prefix.length > prefixMax) return jsonRule(rules, 'json-array');
  const items: string[] = [];
  for (const [at, item] of tuple.prefix.entries()) {
    const found = items.length < max ? compiler.expression(item, `${hint}-${at}`, compiler.inside(place)) : undefined;
    if (found === undefined) break;
    items.push(found);
  }
  const whole = items.length === tuple.prefix.length;
  const rest =
    whole && items.length < max ? compiler.expression(tuple.rest, `${hint}-item`, compiler.inside(place)) : undefined;
  if (rest === undefined) max = Math.min(max, items.length);
  if (max < min) return undefined;
  if (max === 0) return sequence(literal('['), ws, literal(']'));

  const bounded = Number.isFinite(max) ? max - Math.max(items.length, 1) : undefined;
  let inner = '';
  if (rest !== undefined) {
    const following = rules.add(`${hint}-next`, `"," ${ws} ${rest}`);
    inner = repeat(following, Math.max(0, min - Math.max(items.length, 1)), bounded);
    if (items.length === 0) inner = sequence(rest, inner);
  }
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const separator = at === 0 ? '' : `"," ${ws}`;
    inner = sequence(separator, items[at] ?? '', inner);
    if (at > 0 && at >= min) inner = `(${inner})?`;
  }
  const content = min === 0 ? `(${inner} ${ws})?` : `${inner} ${ws}`;
  return sequence(literal('['), ws, content, literal(']'));
}
