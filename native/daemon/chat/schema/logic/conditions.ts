import type { JsonSchema, JsonValue } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { asSchema, invalid, isSchema, type SchemaRecord } from '../keywords.ts';
import type { SchemaWork } from '../schema-work.ts';
import { negate } from './negate.ts';

/** Keywords that `conditionsOf` writes in other words. */
export const conditional = ['if', 'then', 'else', 'not', 'dependencies', 'dependentRequired', 'dependentSchemas'];

/**
 * What a schema says by condition, as schemas that must all fit: each a negation or a choice between cases. They admit
 * more than the conditions where a negation cannot be said, never less. Throws `grammar.invalid`.
 */
export function conditionsOf(schema: SchemaRecord, root: JsonSchema, work: SchemaWork): JsonSchema[] {
  const conditions: JsonSchema[] = [];
  const condition = schema['if'];
  const isSplit = ['then', 'else', 'unevaluatedProperties'].some((keyword) => schema[keyword] !== undefined);
  if (condition !== undefined && isSplit) {
    const given = asSchema(condition, 'if');
    const cases = [
      { allOf: [given, asSchema(schema['then'] ?? true, 'then')] },
      {
        allOf: [negate(given, root, work), asSchema(schema['else'] ?? true, 'else')],
      },
    ];
    conditions.push({ anyOf: cases });
  }
  if (schema['not'] !== undefined) conditions.push(negate(asSchema(schema['not'], 'not'), root, work));
  for (const keyword of ['dependencies', 'dependentRequired', 'dependentSchemas'])
    for (const [key, value] of dependenciesOf(schema, keyword)) conditions.push(dependency(key, value, work));
  return conditions.filter((one) => one !== true);
}

function dependenciesOf(schema: SchemaRecord, keyword: string): [string, JsonValue][] {
  const value = schema[keyword];
  if (value === undefined) return [];
  if (!isJsonObject(value)) throw invalid(`${keyword} must be an object.`);
  return Object.entries(value).map(([key, one]) => [key, one ?? true]);
}

/** The property is not there, or the other names are, or the other schema fits. */
function dependency(key: string, value: JsonValue, work: SchemaWork): JsonSchema {
  if (!work.take(1)) return true;
  const absent = { properties: { [key]: false } };
  const names = typeof value === 'string' ? [value] : value;
  if (Array.isArray(names)) {
    return names.length === 0 ? true : { anyOf: [absent, { required: [key, ...(names as JsonValue[])] }] };
  }
  if (!isSchema(value) || value === true) return true;
  return { anyOf: [absent, { allOf: [{ required: [key] }, value] }] };
}
