import type { JsonSchema } from '../../../protocol/chat.ts';
import { anyOf, literal, sequence } from './gbnf.ts';
import type { Place, SchemaCompiler } from './compiler.ts';
import { jsonRule } from './json-rules.ts';
import { otherKey } from './other-keys.ts';
import { asSchema, propertiesOf, requiredOf, type SchemaRecord } from './keywords.ts';

/** An object with more is written freely. */
const propertiesMax = 300;

interface Member {
  readonly expression: string;
  readonly required: boolean;
}

/**
 * An object: declared properties in their order, each once, optional ones left out or not, then others where the schema
 * admits them. An object that declares properties and says nothing of others admits none: models invent them.
 */
export function objectExpression(
  compiler: SchemaCompiler,
  schema: SchemaRecord,
  hint: string,
  place: Place,
): string | undefined {
  const ws = jsonRule(compiler.rules, 'ws');
  const properties = new Map(propertiesOf(schema));
  const others = otherSchema(schema, properties.size > 0);
  const required = new Set(requiredOf(schema));
  for (const key of required) if (!properties.has(key)) properties.set(key, others ?? true);
  if (properties.size > propertiesMax || !compiler.spell([...properties.keys()].join('')))
    return jsonRule(compiler.rules, 'json-object');
  const members: Member[] = [];
  for (const [key, property] of properties) {
    const value = compiler.expression(property, `${hint}-${key}`, compiler.inside(place));
    if (value !== undefined) {
      members.push({
        expression: sequence(literal(`${JSON.stringify(key)}:`), ws, value),
        required: required.has(key),
      });
    } else if (required.has(key)) return undefined;
  }
  const other = otherMember(compiler, others ?? false, { keys: [...properties.keys()], hint, place });
  const inner = members.length === 0 ? list(other, ws) : chain(compiler, members, other, hint);
  if (inner === '') return sequence(literal('{'), ws, literal('}'));
  const optional = members.every((member) => !member.required);
  return sequence(literal('{'), ws, optional ? `(${inner} ${ws})?` : `${inner} ${ws}`, literal('}'));
}

/** Schema of undeclared properties; undefined: there are none. */
function otherSchema(schema: SchemaRecord, declares: boolean): JsonSchema | undefined {
  if (schema['patternProperties'] !== undefined) return true;
  const value = schema['additionalProperties'];
  if (value !== undefined) return asSchema(value, 'additionalProperties');
  return declares ? undefined : true;
}

function otherMember(
  compiler: SchemaCompiler,
  others: JsonSchema,
  names: { readonly keys: readonly string[]; readonly hint: string; readonly place: Place },
): string | undefined {
  if (others === false) return undefined;
  const value = compiler.expression(others, `${names.hint}-other`, compiler.inside(names.place));
  if (value === undefined) return undefined;
  const member = sequence(otherKey(compiler.rules, names.keys), '":"', jsonRule(compiler.rules, 'ws'), value);
  return compiler.rules.add(`${names.hint}-member`, member);
}

function list(member: string | undefined, ws: string): string {
  return member === undefined ? '' : `${member} ("," ${ws} ${member})*`;
}

/** One rule per member for what may follow once something stands before it, so that the grammar's size is linear. */
function chain(compiler: SchemaCompiler, members: readonly Member[], other: string | undefined, hint: string): string {
  const ws = jsonRule(compiler.rules, 'ws');
  const tails: string[] = [];
  tails[members.length] = other === undefined ? '' : `("," ${ws} ${other})*`;
  for (let at = members.length - 1; at > 0; at -= 1) {
    const { expression, required } = members[at] as Member;
    const part = `"," ${ws} ${expression}`;
    const body = sequence(required ? part : `(${part})?`, tails[at + 1] ?? '');
    tails[at] = compiler.rules.add(`${hint}-rest`, body);
  }
  const starts: string[] = [];
  for (const [at, { expression, required }] of members.entries()) {
    starts.push(sequence(expression, tails[at + 1] ?? ''));
    if (required) return anyOf(starts);
  }
  if (other !== undefined) starts.push(list(other, ws));
  return anyOf(starts);
}
