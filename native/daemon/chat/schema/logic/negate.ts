import type { JsonSchema, JsonValue } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { isSchema, jsonTypes, resolveReference, type SchemaRecord, type SchemaType } from '../keywords.ts';
import type { SchemaWork } from '../schema-work.ts';

const depthMax = 8;
/** More ways not to fit than this are not told apart. */
const alternativesMax = 12;

/**
 * A schema for what another does not admit. Where that cannot be said, it admits more, never less; `true` where nothing
 * can be said. The keywords `notPattern` and `notEnum` are ours.
 */
export function negate(schema: JsonSchema, root: JsonSchema, work: SchemaWork, depth = depthMax): JsonSchema {
  if (typeof schema === 'boolean') return !schema;
  if (depth === 0 || !work.take(1)) return true;
  const alternatives: JsonSchema[] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (value === undefined || (value === null && keyword !== 'const')) continue;
    if (!work.take(1)) return true;
    const found = negateKeyword(keyword, value, schema, (inner) => negate(inner, root, work, depth - 1), root);
    if (found.includes(true)) return true;
    alternatives.push(...found.filter((one) => one !== false));
  }
  if (alternatives.length > alternativesMax) return true;
  const [only = false] = alternatives;
  return alternatives.length > 1 ? { anyOf: alternatives } : only;
}

type Inner = (schema: JsonSchema) => JsonSchema;

/** The ways in which a value breaks one keyword; none for what is no assertion. */
function negateKeyword(
  keyword: string,
  value: JsonValue,
  schema: SchemaRecord,
  inner: Inner,
  root: JsonSchema,
): readonly JsonSchema[] {
  switch (keyword) {
    case 'type':
      return [otherTypes(value)];
    case 'const':
      return [{ notEnum: [value] }];
    case 'enum':
      return [{ notEnum: value }];
    case 'not':
      return isSchema(value) ? [value] : [true];
    case '$ref':
      return [referenced(value, root, inner)];
    case 'allOf':
      return schemas(value).map(inner);
    case 'anyOf':
      return [{ allOf: schemas(value).map(inner) }];
    case 'properties':
      return isJsonObject(value) ? Object.entries(value).map(([key, one]) => without(key, one, inner)) : [true];
    case 'required':
      return Array.isArray(value)
        ? value.map((key: JsonValue) => ({
            type: 'object',
            properties: { [String(key)]: false },
          }))
        : [];
    case 'items':
      return isSchema(value) ? [{ type: 'array', contains: inner(value) }] : [{ type: 'array' }];
    default:
      return [negateBound(keyword, value, schema)];
  }
}

/** An object with the property, of a value that does not fit. */
function without(key: string, value: JsonValue | undefined, inner: Inner): JsonSchema {
  const other = isSchema(value) ? inner(value) : true;
  return other === false ? false : { type: 'object', properties: { [key]: other }, required: [key] };
}

function negateBound(keyword: string, value: JsonValue, schema: SchemaRecord): JsonSchema {
  const count = typeof value === 'number' ? value : 0;
  const below = (type: SchemaType, bound: string): JsonSchema => (count > 0 ? { type, [bound]: count - 1 } : false);
  switch (keyword) {
    case 'minimum':
      return schema['exclusiveMinimum'] === true ? { type: 'number' } : { type: 'number', exclusiveMaximum: value };
    case 'maximum':
      return schema['exclusiveMaximum'] === true ? { type: 'number' } : { type: 'number', exclusiveMinimum: value };
    case 'exclusiveMinimum':
      return {
        type: 'number',
        ...(typeof value === 'number' ? { maximum: value } : {}),
      };
    case 'exclusiveMaximum':
      return {
        type: 'number',
        ...(typeof value === 'number' ? { minimum: value } : {}),
      };
    case 'minLength':
      return below('string', 'maxLength');
    case 'maxLength':
      return { type: 'string', minLength: count + 1 };
    case 'minItems':
      return below('array', 'maxItems');
    case 'maxItems':
      return { type: 'array', minItems: count + 1 };
    case 'minProperties':
      return below('object', 'maxProperties');
    case 'maxProperties':
      return { type: 'object', minProperties: count + 1 };
    case 'pattern':
      return { type: 'string', notPattern: value };
    case 'notPattern':
      return { type: 'string' };
    default:
      return otherwise(keyword, value);
  }
}

/** Keywords of which only the type of what breaks them is known. */
const typed: Readonly<Record<string, SchemaType>> = {
  multipleOf: 'number',
  format: 'string',
  additionalProperties: 'object',
  unevaluatedProperties: 'object',
  patternProperties: 'object',
  propertyNames: 'object',
  dependencies: 'object',
  dependentRequired: 'object',
  dependentSchemas: 'object',
  additionalItems: 'array',
  unevaluatedItems: 'array',
  prefixItems: 'array',
  uniqueItems: 'array',
  contains: 'array',
};

/** Keywords that decide by more than one schema. */
const untold = ['oneOf', 'if', 'then', 'else', '$dynamicRef', '$recursiveRef', 'notEnum'];

function otherwise(keyword: string, value: JsonValue): JsonSchema {
  const type = typed[keyword];
  if (type === undefined) return untold.includes(keyword);
  // These admit all that there is.
  return value === true || (keyword === 'uniqueItems' && value === false)
    ? keyword === 'uniqueItems' && { type }
    : { type };
}

function otherTypes(value: JsonValue): JsonSchema {
  const named: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  // A number that is no integer cannot be told from one that is.
  const types = jsonTypes.filter(
    (type) => !named.includes(type) && type !== 'integer' && !(type === 'number' && named.includes('number')),
  );
  return types.length === 0 ? false : { type: types };
}

function referenced(value: JsonValue, root: JsonSchema, inner: Inner): JsonSchema {
  const target = typeof value === 'string' ? resolveReference(root, value) : undefined;
  return target === undefined ? true : inner(target);
}

function schemas(value: JsonValue): readonly JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}
