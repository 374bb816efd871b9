import type { JsonSchema, JsonValue } from '../../../protocol/chat.ts';
import { isJsonObject } from '../../../protocol/json-object.ts';
import { patternPropertiesOf, schemasOfKey } from './objects/object-keys.ts';
import type { SchemaWork } from './schema-work.ts';
import {
  asSchema,
  canonicalJson,
  propertiesOf,
  requiredOf,
  type SchemaRecord,
  schemasOf,
  typesOf,
  valuesOf,
  withoutNulls,
} from './keywords.ts';

/** To put a keyword together takes as much as to look at so many. */
const mergeWork = 2;
/** Alternatives of two unions combined; more than this and one union is left out, which allows more. */
const productMax = 64;

const largest = ['minimum', 'minLength', 'minItems', 'minProperties', 'exclusiveMinimum'];
/**
 * Keywords that hold several texts or values at once. `notPattern`, `notEnum` and `namesElsewhere` are no keywords of
 * JSON Schema: negations and unions are written with them.
 */
const listed = ['pattern', 'format', 'multipleOf', 'notPattern', 'notEnum', 'namesElsewhere'];
const alwaysListed = new Set(['notEnum', 'namesElsewhere']);
const smallest = ['maximum', 'maxLength', 'maxItems', 'maxProperties', 'exclusiveMaximum'];

/**
 * A schema for what both admit (allOf). Where that cannot be said, or `work` is spent, it admits more, never less,
 * except that `false` says nothing fits.
 */
export function mergeSchemas(left: JsonSchema, right: JsonSchema, work: SchemaWork): JsonSchema {
  const one = withoutNulls(left);
  const other = withoutNulls(right);
  if (one === false || other === false) return false;
  if (one === true) return other;
  if (other === true || !work.take(mergeWork * (sizeOf(one) + sizeOf(other)))) return one;
  const merged: Record<string, JsonValue | undefined> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    if (value !== undefined && merged[key] === undefined && !combined.has(key)) merged[key] = value;
    else if (largest.includes(key) || smallest.includes(key)) merged[key] = tighter(key, one[key], value);
  }
  mergeReferences(merged, one, other);
  mergeLists(merged, one, other);
  if (!mergeTypes(merged, one, other) || !mergeValues(merged, one, other, work)) return false;
  if (!mergeObjects(merged, one, other, work)) return false;
  mergeItems(merged, one, other, work);
  mergeUnions(merged, one, other, work);
  return merged;
}

/** A schema of what all admit. */
export function mergeAll(schemas: readonly JsonSchema[], base: JsonSchema, work: SchemaWork): JsonSchema {
  return schemas.reduce((merged, schema) => mergeSchemas(merged, schema, work), base);
}

/** Keywords of a schema, and the entries of those that hold several. */
function sizeOf(schema: SchemaRecord): number {
  let size = 1;
  for (const value of Object.values(schema)) {
    size += 1;
    if (Array.isArray(value)) size += value.length;
    else if (isJsonObject(value)) size += Object.keys(value).length;
  }
  return size;
}

/** Keywords that the functions below put together. */
const combined = new Set([
  '$ref',
  'allOf',
  'type',
  'const',
  'enum',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'prefixItems',
  'anyOf',
  'oneOf',
  'patternProperties',
  'propertyNames',
  ...listed,
]);

/** Keywords of which several hold at once when schemas are put together: they become a list. */
function mergeLists(merged: Record<string, JsonValue | undefined>, one: SchemaRecord, other: SchemaRecord): void {
  for (const key of listed) {
    if (one[key] === undefined || other[key] === undefined) {
      const value = one[key] ?? other[key];
      if (value !== undefined) merged[key] = value;
      continue;
    }
    const values = [one[key], other[key]].flat() as JsonValue[];
    const distinct = [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
    merged[key] = distinct.length === 1 && !alwaysListed.has(key) ? distinct[0] : distinct;
  }
}

function tighter(key: string, one: JsonValue | undefined, other: JsonValue | undefined): JsonValue | undefined {
  if (typeof one !== 'number' || typeof other !== 'number') return one ?? other;
  return largest.includes(key) ? Math.max(one, other) : Math.min(one, other);
}

function mergeReferences(merged: Record<string, JsonValue | undefined>, one: SchemaRecord, other: SchemaRecord): void {
  const parts = [...(schemasOf(one, 'allOf') ?? []), ...(schemasOf(other, 'allOf') ?? [])];
  if (one['$ref'] !== undefined && other['$ref'] !== undefined && one['$ref'] !== other['$ref'])
    parts.push({ $ref: other['$ref'] });
  // Keywords keep their order: it decides on that of properties.
  const reference = one['$ref'] ?? other['$ref'];
  if (reference !== undefined) merged['$ref'] = reference;
  if (parts.length > 0) merged['allOf'] = parts;
}

function mergeTypes(merged: Record<string, JsonValue | undefined>, one: SchemaRecord, other: SchemaRecord): boolean {
  const left = typesOf(one);
  const right = typesOf(other);
  if (!left || !right) {
    merged['type'] = left ?? right;
    return true;
  }
  const both = left.filter((type) => right.includes(type) || (type === 'integer' && right.includes('number')));
  if (left.includes('number') && right.includes('integer') && !both.includes('integer')) both.push('integer');
  merged['type'] = both;
  return both.length > 0;
}

function mergeValues(
  merged: Record<string, JsonValue | undefined>,
  one: SchemaRecord,
  other: SchemaRecord,
  work: SchemaWork,
): boolean {
  const left = valuesOf(one);
  const right = valuesOf(other);
  const common = left && right ? commonValues(left, right, work) : (left ?? right);
  const both = common && otherValues(common, merged['notEnum'], work);
  merged['const'] = undefined;
  merged['enum'] = both;
  return both === undefined || both.length > 0;
}

/** The values that are not excluded. */
function otherValues(
  values: readonly JsonValue[],
  given: JsonValue | undefined,
  work: SchemaWork,
): readonly JsonValue[] {
  if (given === undefined) return values;
  const excluded = textsOf([given].flat() as JsonValue[], work);
  const texts = excluded && textsOf(values, work);
  if (!texts) return values;
  const known = new Set(excluded);
  return values.filter((_, at) => !known.has(texts[at] ?? ''));
}

/** All of `left` where too little work is left to compare them. */
function commonValues(left: readonly JsonValue[], right: readonly JsonValue[], work: SchemaWork): readonly JsonValue[] {
  const texts = textsOf(right, work);
  const ours = texts && textsOf(left, work);
  if (!ours) return left;
  const known = new Set(texts);
  return left.filter((_, at) => known.has(ours[at] ?? ''));
}

/** A text for each value that equal values have in common; undefined where the work is spent. */
function textsOf(values: readonly JsonValue[], work: SchemaWork): readonly string[] | undefined {
  const texts: string[] = [];
  for (const value of values) {
    if (work.isSpent) return undefined;
    const text = canonicalJson(value);
    work.take(1 + (text.length >> 4));
    texts.push(text);
  }
  return texts;
}

/** False where a property is required that cannot be. */
function mergeObjects(
  merged: Record<string, JsonValue | undefined>,
  one: SchemaRecord,
  other: SchemaRecord,
  work: SchemaWork,
): boolean {
  const left = propertiesOf(one);
  const right = propertiesOf(other);
  const properties: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>;
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    properties[key] = mergeSchemas(of(one, left, key, work), of(other, right, key, work), work);
  }
  merged['properties'] = left.size + right.size > 0 ? { ...properties } : undefined;
  const required = [...new Set([...requiredOf(one), ...requiredOf(other)])];
  merged['required'] = required.length > 0 ? required : undefined;
  mergePatterns(merged, one, other, work);
  mergeSchemaOf('additionalProperties', merged, one, other, work);
  mergeSchemaOf('propertyNames', merged, one, other, work);
  // Where one schema has looked at all properties, the other has none left to look at.
  if (one['unevaluatedProperties'] === true || other['unevaluatedProperties'] === true)
    merged['unevaluatedProperties'] = true;
  return isOfOtherTypes(merged) || !required.some((key) => properties[key] === false);
}

/** Whether a value that is no object may fit. */
function isOfOtherTypes(schema: SchemaRecord): boolean {
  return typesOf(schema)?.every((type) => type === 'object') !== true;
}

/** The schema of a property: what is said of its name, or of all that have none. */
function of(
  schema: SchemaRecord,
  properties: ReadonlyMap<string, JsonSchema>,
  key: string,
  work: SchemaWork,
): JsonSchema {
  return properties.get(key) ?? mergeAll(schemasOfKey(schema, key, work), true, work);
}

function mergePatterns(
  merged: Record<string, JsonValue | undefined>,
  one: SchemaRecord,
  other: SchemaRecord,
  work: SchemaWork,
): void {
  const left = patternPropertiesOf(one);
  const right = patternPropertiesOf(other);
  const patterns = new Map<string, JsonSchema>();
  for (const pattern of new Set([...left.keys(), ...right.keys()])) {
    const [ours, theirs] = [left.get(pattern), right.get(pattern)];
    if (ours !== undefined && theirs !== undefined) patterns.set(pattern, mergeSchemas(ours, theirs, work));
    // A schema that admits no other names admits none of the pattern either, unless it has patterns of its own.
    else if (ours !== undefined && !(right.size === 0 && other['additionalProperties'] === false))
      patterns.set(pattern, ours);
    else if (theirs !== undefined && !(left.size === 0 && one['additionalProperties'] === false))
      patterns.set(pattern, theirs);
  }
  merged['patternProperties'] = patterns.size === 0 ? undefined : Object.fromEntries(patterns);
}

function mergeSchemaOf(
  keyword: string,
  merged: Record<string, JsonValue | undefined>,
  one: SchemaRecord,
  other: SchemaRecord,
  work: SchemaWork,
): void {
  const [ours, theirs] = [one[keyword], other[keyword]];
  if (ours === undefined || theirs === undefined) merged[keyword] = ours ?? theirs;
  else merged[keyword] = mergeSchemas(asSchema(ours, keyword), asSchema(theirs, keyword), work);
}

function mergeItems(
  merged: Record<string, JsonValue | undefined>,
  one: SchemaRecord,
  other: SchemaRecord,
  work: SchemaWork,
): void {
  const left = tupleOf(one);
  const right = tupleOf(other);
  const length = Math.max(left.prefix.length, right.prefix.length);
  const prefix = Array.from({ length }, (_, at) =>
    mergeSchemas(left.prefix[at] ?? left.rest, right.prefix[at] ?? right.rest, work),
  );
  merged['prefixItems'] = length > 0 ? prefix : undefined;
  merged['additionalItems'] = undefined;
  const said = [one, other].some((schema) => schema['items'] !== undefined || schema['prefixItems'] !== undefined);
  merged['items'] = said ? mergeSchemas(left.rest, right.rest, work) : undefined;
}

/** Items of both spellings: `prefixItems` and `items`, and the older list in `items` with `additionalItems`. */
export function tupleOf(schema: SchemaRecord): {
  readonly prefix: readonly JsonSchema[];
  readonly rest: JsonSchema;
} {
  const items = schema['items'];
  if (Array.isArray(items)) {
    const rest = schema['additionalItems'];
    return {
      prefix: schemasOf(schema, 'items') ?? [],
      rest: rest === undefined ? true : asSchema(rest, 'additionalItems'),
    };
  }
  return {
    prefix: schemasOf(schema, 'prefixItems') ?? [],
    rest: items === undefined ? true : asSchema(items, 'items'),
  };
}

function mergeUnions(
  merged: Record<string, JsonValue | undefined>,
  one: SchemaRecord,
  other: SchemaRecord,
  work: SchemaWork,
): void {
  for (const keyword of ['anyOf', 'oneOf']) {
    const left = schemasOf(one, keyword);
    const right = schemasOf(other, keyword);
    merged[keyword] = left && right ? product(left, right, work) : (left ?? right);
  }
}

function product(left: readonly JsonSchema[], right: readonly JsonSchema[], work: SchemaWork): readonly JsonSchema[] {
  if (left.length * right.length > productMax) return left;
  return left.flatMap((one) => right.map((other) => mergeSchemas(one, other, work)).filter((both) => both !== false));
}

/** A schema without the given keywords; true when nothing is left of it. */
export function withoutKeywords(schema: SchemaRecord, keywords: readonly string[]): JsonSchema {
  const rest = Object.entries(schema).filter(
    ([key, value]) => !keywords.includes(key) && !annotations.has(key) && value !== undefined,
  );
  return rest.length === 0 ? true : Object.fromEntries(rest);
}

const annotations = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$comment',
  '$schema',
  '$id',
  '$defs',
  'definitions',
  'deprecated',
  'readOnly',
  'writeOnly',
  'strict',
]);

/** Whether a value is an object schema with keywords at all; used to keep references shared. */
export function isEmptySchema(schema: JsonSchema): boolean {
  return schema === true || (isJsonObject(schema) && withoutKeywords(schema, []) === true);
}
