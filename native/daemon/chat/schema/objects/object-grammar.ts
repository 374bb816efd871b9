import type { JsonSchema } from '../../../../protocol/chat.ts';
import type { Place, SchemaCompiler } from '../compiler.ts';
import { literal, sequence } from '../gbnf.ts';
import { jsonRule } from '../json-rules.ts';
import { asSchema, countOf, propertiesOf, requiredOf, type SchemaRecord } from '../keywords.ts';
import { mergeAll } from '../merge.ts';
import { accepts, type Machine } from '../text/machine.ts';
import { type Member, membersExpression } from './member-order.ts';
import { otherMembers } from './other-members.ts';
import { schemasOfKey } from './object-keys.ts';

/** An object with more is written freely. */
const propertiesMax = 300;
/** Undeclared properties where a schema neither admits nor forbids them: models go on inventing. */
const inventedMax = 64;

/**
 * An object: declared properties, each once, optional ones left out or not, and between them others where the schema
 * admits them. Where it says nothing of others, the compiler decides.
 */
export function objectExpression(
  compiler: SchemaCompiler,
  schema: SchemaRecord,
  hint: string,
  place: Place,
): string | undefined {
  const { rules } = compiler;
  const ws = jsonRule(rules, 'ws');
  const others = otherSchema(compiler, schema);
  const required = new Set(requiredOf(schema));
  const names = new Set([...propertiesOf(schema).keys(), ...required, ...namesElsewhere(compiler, schema)]);
  if (names.size > propertiesMax || !compiler.spell([...names].join(''))) return jsonRule(rules, 'json-object');
  const keys = compiler.keyMachine(schema['propertyNames']);
  const declared: Member[] = [];
  for (const key of names) {
    const value = fits(keys, key) ? memberValue(compiler, schema, { key, hint, place }) : undefined;
    if (value !== undefined)
      declared.push({
        expression: sequence(literal(`${JSON.stringify(key)}:`), ws, value),
        required: required.has(key),
      });
    else if (required.has(key)) return undefined;
  }
  const inner = membersExpression(rules, {
    declared,
    other: otherMembers(compiler, schema, {
      names: [...names],
      keys,
      others: others.schema,
      hint,
      place,
    }),
    othersMax: others.isInvented ? inventedMax : undefined,
    min: countOf(schema, 'minProperties') ?? 0,
    max: countOf(schema, 'maxProperties') ?? Infinity,
  });
  return inner === undefined ? undefined : sequence(literal('{'), ws, inner, literal('}'));
}

/** The schema of properties that are neither declared nor matched by a pattern; `false`: there are none. */
function otherSchema(
  compiler: SchemaCompiler,
  schema: SchemaRecord,
): { readonly schema: JsonSchema; readonly isInvented: boolean } {
  for (const keyword of ['additionalProperties', 'unevaluatedProperties']) {
    const value = schema[keyword];
    if (value !== undefined) return { schema: asSchema(value, keyword), isInvented: false };
  }
  const declares = propertiesOf(schema).size > 0 || schema['patternProperties'] !== undefined;
  if (declares && compiler.isClosed) return { schema: false, isInvented: false };
  return { schema: true, isInvented: declares };
}

/** Names that other alternatives of the schema declare: they may come in this one, too. */
function namesElsewhere(compiler: SchemaCompiler, schema: SchemaRecord): readonly string[] {
  const names = schema['namesElsewhere'];
  const isTold = compiler.isClosed || schema['unevaluatedProperties'] !== undefined;
  const isOpen = !isTold || schema['additionalProperties'] !== undefined;
  return isOpen || !Array.isArray(names) ? [] : names.filter((name): name is string => typeof name === 'string');
}

function memberValue(
  compiler: SchemaCompiler,
  schema: SchemaRecord,
  member: {
    readonly key: string;
    readonly hint: string;
    readonly place: Place;
  },
): string | undefined {
  const { work } = compiler.rules;
  const merged = mergeAll(schemasOfKey(schema, member.key, work), true, work);
  return compiler.expression(merged, `${member.hint}-${member.key}`, compiler.inside(member.place));
}

function fits(keys: Machine | undefined, key: string): boolean {
  return keys === undefined || accepts(keys, key);
}
