import type { JsonSchema } from '../../../protocol/chat.ts';
import { anyOf, literal, repeat, sequence } from './gbnf.ts';
import type { Place, SchemaCompiler } from './compiler.ts';
import { jsonRule } from './json-rules.ts';
import { mergeSchemas, tupleOf } from './merge.ts';
import { anyOrderMax, membersExpression } from './objects/member-order.ts';
import { asSchema, countOf, type SchemaRecord } from './keywords.ts';

/** Places of an item that has to be somewhere, each with what may stand before and after it. */
const placesMax = 12;
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
  if (schema['contains'] !== undefined && tuple.prefix.length === 0) {
    const found = containing(compiler, schema, {
      min,
      max,
      item: tuple.rest,
      hint,
      place,
    });
    if (found !== 'any') return found && sequence(literal('['), ws, found, ws, literal(']'));
  }
  const listed = schema['uniqueItems'] === true && tuple.prefix.length === 0 ? compiler.listed(tuple.rest) : undefined;
  if (listed && listed.length <= anyOrderMax && !rules.isFull) {
    const declared = listed.map((expression) => ({ expression, required: false }));
    const members = { declared, other: undefined, othersMax: undefined, min, max, unordered: true };
    const inner = membersExpression(rules, members);
    return inner === undefined ? undefined : sequence(literal('['), ws, inner, literal(']'));
  }
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

interface Items {
  readonly min: number;
  readonly max: number;
  readonly item: JsonSchema;
  readonly hint: string;
  readonly place: Place;
}

/** Items of which one at least fits `contains`; undefined when nothing fits, 'any' where it is not held to. */
function containing(compiler: SchemaCompiler, schema: SchemaRecord, items: Items): string | undefined {
  const { min, max, item, hint, place } = items;
  const { rules } = compiler;
  const wanted = asSchema(schema['contains'], 'contains');
  const places = Number.isFinite(max) ? max : min;
  if (schema['minContains'] === 0 || wanted === true || places > placesMax) return 'any';
  const good = compiler.expression(mergeSchemas(item, wanted, rules.work), `${hint}-good`, compiler.inside(place));
  if (good === undefined || max === 0) return undefined;
  const any = compiler.expression(item, `${hint}-item`, compiler.inside(place));
  if (any === undefined) return good;
  const ws = jsonRule(rules, 'ws');
  const before = rules.add(`${hint}-before`, `${any} "," ${ws}`);
  const after = rules.add(`${hint}-next`, `"," ${ws} ${any}`);
  const left = (count: number): number | undefined => (Number.isFinite(max) ? max - 1 - count : undefined);
  const alternatives = Array.from({ length: Math.max(0, places) }, (_, at) =>
    sequence(repeat(before, at, at), good, repeat(after, Math.max(0, min - 1 - at), left(at))),
  );
  if (!Number.isFinite(max)) alternatives.push(sequence(repeat(before, min, undefined), good, `${after}*`));
  return anyOf(alternatives);
}
