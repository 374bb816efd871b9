import { resolveReference, typeOf, typesOf } from '../../../native/daemon/chat/schema/keywords.ts';
import type { JsonSchema, JsonValue } from '../../../native/protocol/chat.ts';
import { isJsonObject } from '../../../native/protocol/json-object.ts';

/** True if a value fits a schema, for the keywords that the tests use. `texts`: keywords about strings count too. */
export function fitsSchema(
  schema: JsonSchema,
  value: JsonValue,
  options: { readonly root: JsonSchema; readonly texts: boolean },
): boolean {
  if (!isJsonObject(schema)) return schema;
  const fits = (inner: JsonValue | undefined, part: JsonValue): boolean =>
    inner === undefined || fitsSchema(inner as JsonSchema, part, options);
  const list = (keyword: string): readonly JsonSchema[] | undefined =>
    schema[keyword] as readonly JsonSchema[] | undefined;
  const bound = (keyword: string, otherwise: number): number =>
    typeof schema[keyword] === 'number' ? schema[keyword] : otherwise;
  const own = typeOf(value);
  const types = typesOf(schema);
  if (types && !types.includes(own) && !(own === 'integer' && types.includes('number'))) return false;
  if (typeof schema['$ref'] === 'string' && !fits(resolveReference(options.root, schema['$ref']), value)) return false;
  const same = (other: JsonValue): boolean => JSON.stringify(other) === JSON.stringify(value);
  if (schema['const'] !== undefined && !same(schema['const'])) return false;
  if (Array.isArray(schema['enum']) && !schema['enum'].some(same)) return false;
  if (list('allOf')?.every((one) => fits(one, value)) === false) return false;
  if ((list('anyOf') ?? list('oneOf'))?.some((one) => fits(one, value)) === false) return false;
  if (typeof value === 'number')
    return (
      value >= bound('minimum', -Infinity) &&
      value <= bound('maximum', Infinity) &&
      !(value <= bound('exclusiveMinimum', NaN))
    );
  if (typeof value === 'string') {
    const length = [...value].length;
    const pattern = typeof schema['pattern'] === 'string' ? new RegExp(schema['pattern'], 'u') : /(?:)/;
    return (
      !options.texts ||
      (length >= bound('minLength', 0) && length <= bound('maxLength', Infinity) && pattern.test(value))
    );
  }
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    const prefix = list('prefixItems') ?? [];
    return (
      items.length >= bound('minItems', 0) &&
      items.length <= bound('maxItems', Infinity) &&
      items.every((item, at) => fits(prefix[at] ?? schema['items'], item))
    );
  }
  if (value === null || typeof value !== 'object') return true;
  const members = Object.entries(value);
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return (
    required.every((key) => Object.hasOwn(value, String(key))) &&
    members.every(([key, part]) =>
      fits(Object.hasOwn(properties, key) ? properties[key] : schema['additionalProperties'], part ?? null),
    )
  );
}
