import type { JsonSchema, JsonValue } from '../../../protocol/chat.ts';
import { CodedError } from '../../../protocol/coded-error.ts';
import { isJsonObject } from '../../../protocol/json-object.ts';
import type { JsonObject } from '../../../protocol/json-object.ts';

/**
 * Checked access to a schema's keywords: a keyword of the wrong type is `grammar.invalid`, with its name.
 */

export type SchemaRecord = JsonObject;

export const jsonTypes = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'] as const;
export type SchemaType = (typeof jsonTypes)[number];

/** The JSON type of a value; whole numbers are integers, undefined counts as null. */
export function typeOf(value: unknown): SchemaType {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return jsonTypes.find((type) => type === typeof value) ?? 'object';
}

/** The schema without keywords that are null: generators write them for what is not set. A `const` may be null. */
export function withoutNulls(schema: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean') return schema;
  const isNull = (key: string): boolean => schema[key] === null && key !== 'const';
  if (!Object.keys(schema).some(isNull)) return schema;
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !isNull(key)));
}

/** Whether a value can be a schema: an object or a boolean. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isJsonObject(value);
}

export function asSchema(value: JsonValue | undefined, where: string): JsonSchema {
  if (isSchema(value)) return value;
  throw invalid(`${where} is no schema: it must be an object or a boolean.`);
}

export function schemasOf(schema: SchemaRecord, keyword: string): readonly JsonSchema[] | undefined {
  const value = schema[keyword];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalid(`${keyword} must be a list of schemas.`);
  return value.map((one: JsonValue) => asSchema(one, `an entry of ${keyword}`));
}

export function propertiesOf(schema: SchemaRecord): ReadonlyMap<string, JsonSchema> {
  const value = schema['properties'];
  if (value === undefined || value === null) return new Map();
  if (!isJsonObject(value)) throw invalid('properties must be an object.');
  return new Map(Object.entries(value).map(([key, one]) => [key, asSchema(one, `property ${JSON.stringify(key)}`)]));
}

export function requiredOf(schema: SchemaRecord): readonly string[] {
  const value = schema['required'];
  // Draft 3 had a boolean in the property.
  if (value === undefined || value === null || typeof value === 'boolean') return [];
  if (!Array.isArray(value)) throw invalid('required must be a list of names.');
  return value.map((key: JsonValue) => {
    if (typeof key !== 'string') throw invalid('required must be a list of names.');
    return key;
  });
}

/** The types a schema names; undefined when it names none. */
export function typesOf(schema: SchemaRecord): readonly SchemaType[] | undefined {
  const value = schema['type'];
  if (value === undefined) return undefined;
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [value as JsonValue];
  return list.map((one) => {
    const type = jsonTypes.find((known) => known === one);
    if (!type) throw invalid(`there is no type ${JSON.stringify(one)}. Types are ${jsonTypes.join(', ')}.`);
    return type;
  });
}

/** A bound such as maxLength: not negative and whole. */
export function countOf(schema: SchemaRecord, keyword: string): number | undefined {
  const value = numberOf(schema, keyword);
  if (value !== undefined && (value < 0 || !Number.isInteger(value)))
    throw invalid(`${keyword} must be a whole number, zero or more.`);
  return value;
}

export function numberOf(schema: SchemaRecord, keyword: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${keyword} must be a number.`);
  return value;
}

/** Values of enum and const; undefined when there is neither. */
export function valuesOf(schema: SchemaRecord): readonly JsonValue[] | undefined {
  const constant = schema['const'];
  const values = schema['enum'];
  if (values !== undefined && !Array.isArray(values)) throw invalid('enum must be a list of values.');
  if (constant === undefined) return values;
  if (values === undefined) return [constant];
  const text = canonicalJson(constant);
  return values.some((value: JsonValue) => canonicalJson(value) === text) ? [constant] : [];
}

/** Target of a local reference (`#`, `#/$defs/name`); undefined for any other kind. */
export function resolveReference(root: JsonSchema, reference: string): JsonSchema | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  let value: JsonValue | undefined = root;
  for (const part of reference.split('/').slice(1)) {
    const key = decode(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = value[Number(key)] as JsonValue | undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  if (value === undefined) throw invalid(`${reference} points to nothing.`);
  return asSchema(value, reference);
}

export function invalid(reason: string): CodedError {
  return new CodedError('grammar.invalid', `The schema cannot be used: ${reason}`);
}

/** A text that equal values have in common. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a percent sign that encodes nothing stands for itself
  }
}
