import type { JsonSchema, JsonValue } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { canonicalJson, isSchema, propertiesOf, requiredOf, type SchemaRecord, typeOf, typesOf } from '../keywords.ts';
import { schemasOfKey } from '../objects/object-keys.ts';
import type { SchemaWork } from '../schema-work.ts';
import { accepts, type Machine } from '../text/machine.ts';
import { constraintMachine, textConstraint } from '../text/text-constraint.ts';

const depthMax = 6;
/** What texts of a schema must be: the same for each value that it lists. */
const machines = new WeakMap<SchemaRecord, Machine | undefined>();

/**
 * False if a value surely does not fit a schema: of values that a schema lists, only those are written that may. What
 * takes much to tell counts as fitting.
 */
export function mayFit(value: JsonValue, schema: JsonSchema, work: SchemaWork, depth = depthMax): boolean {
  if (typeof schema === 'boolean') return schema;
  if (depth === 0 || !work.take(1)) return true;
  const own = typeOf(value);
  const types = typesOf(schema);
  if (types && !types.includes(own) && !(own === 'integer' && types.includes('number'))) return false;
  if (!isAmongValues(value, schema, work)) return false;
  if (typeof value === 'number') return isWithin(value, schema);
  if (typeof value === 'string') return textFits(value, schema, work);
  if (Array.isArray(value)) {
    const items = schema['items'];
    if (!countFits(value.length, schema, 'Items')) return false;
    return !isSchema(items) || schema['prefixItems'] !== undefined
      ? true
      : value.every((item: JsonValue) => mayFit(item, items, work, depth - 1));
  }
  if (!isJsonObject(value)) return true;
  const keys = Object.keys(value);
  if (!countFits(keys.length, schema, 'Properties')) return false;
  if (requiredOf(schema).some((key) => !Object.hasOwn(value, key))) return false;
  if (propertiesOf(schema).size === 0 && schema['additionalProperties'] === undefined) return true;
  return keys.every((key) =>
    schemasOfKey(schema, key, work).every((one) => mayFit(value[key] ?? null, one, work, depth - 1)),
  );
}

function isAmongValues(value: JsonValue, schema: SchemaRecord, work: SchemaWork): boolean {
  if (['const', 'enum', 'notEnum'].every((keyword) => schema[keyword] === undefined)) return true;
  if (Array.isArray(schema['enum']) && !work.take(schema['enum'].length)) return true;
  const text = canonicalJson(value);
  const isSame = (other: JsonValue): boolean => canonicalJson(other) === text;
  if (schema['const'] !== undefined && !isSame(schema['const'])) return false;
  if (Array.isArray(schema['enum']) && !schema['enum'].some(isSame)) return false;
  return !(Array.isArray(schema['notEnum']) && schema['notEnum'].some(isSame));
}

function isWithin(value: number, schema: SchemaRecord): boolean {
  const bound = (keyword: string, open: number): number => {
    const given = schema[keyword];
    return typeof given === 'number' ? given : open;
  };
  if (value < bound('minimum', -Infinity) || value > bound('maximum', Infinity)) return false;
  if (schema['exclusiveMinimum'] === true && value === schema['minimum']) return false;
  if (schema['exclusiveMaximum'] === true && value === schema['maximum']) return false;
  return value > bound('exclusiveMinimum', -Infinity) && value < bound('exclusiveMaximum', Infinity);
}

function textFits(value: string, schema: SchemaRecord, work: SchemaWork): boolean {
  const keywords = ['minLength', 'maxLength', 'pattern', 'format', 'notPattern'];
  if (!keywords.some((keyword) => schema[keyword] !== undefined)) return true;
  if (!work.take(value.length)) return true;
  if (!machines.has(schema)) machines.set(schema, constraintMachine(textConstraint(schema)));
  const machine = machines.get(schema);
  return machine === undefined || accepts(machine, value);
}

function countFits(count: number, schema: SchemaRecord, what: 'Items' | 'Properties'): boolean {
  const [min, max] = [schema[`min${what}`], schema[`max${what}`]];
  return !(typeof min === 'number' && count < min) && !(typeof max === 'number' && count > max);
}
