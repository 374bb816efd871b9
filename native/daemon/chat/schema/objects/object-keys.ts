import type { JsonSchema } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { asSchema, invalid, type SchemaRecord } from '../keywords.ts';
import type { SchemaWork } from '../schema-work.ts';
import { accepts, type Machine } from '../text/machine.ts';
import { patternMachine } from '../text/pattern-machine.ts';
import { readPattern } from '../text/pattern-reader.ts';

/** Schemas by regular expression for the names of properties. Throws `grammar.invalid`. */
export function patternPropertiesOf(schema: SchemaRecord): ReadonlyMap<string, JsonSchema> {
  const value = schema['patternProperties'];
  if (value === undefined || value === null) return new Map();
  if (!isJsonObject(value)) throw invalid('patternProperties must be an object.');
  return new Map(Object.entries(value).map(([pattern, one]) => [pattern, asSchema(one, `pattern ${pattern}`)]));
}

/** Machines that were made within a request's work, by pattern: each is asked for many names. */
const machines = new WeakMap<SchemaWork, Map<string, Machine | undefined>>();

/** A machine for a pattern; undefined if it cannot be told or too little work is left. */
export function keyMachine(pattern: string, work: SchemaWork): Machine | undefined {
  const known = machines.get(work) ?? new Map<string, Machine | undefined>();
  machines.set(work, known);
  if (known.has(pattern)) return known.get(pattern);
  if (!work.take(pattern.length)) return undefined;
  const read = readPattern(pattern);
  const machine = read && patternMachine(read);
  known.set(pattern, machine);
  return machine;
}

/**
 * What an object's schema says of the property `key`, as one schema or several that must all fit. A pattern that
 * cannot be told counts as one that may match.
 */
export function schemasOfKey(schema: SchemaRecord, key: string, work: SchemaWork): readonly JsonSchema[] {
  const declared = declaredSchema(schema, key);
  const found = declared === undefined ? [] : [declared];
  let mayMatch = declared !== undefined;
  for (const [pattern, one] of patternPropertiesOf(schema)) {
    const machine = keyMachine(pattern, work);
    if (!machine) mayMatch = true;
    else if (accepts(machine, key)) found.push(one);
  }
  if (found.length > 0 || mayMatch) return found;
  const others = schema['additionalProperties'];
  return others === undefined ? [] : [asSchema(others, 'additionalProperties')];
}

function declaredSchema(schema: SchemaRecord, key: string): JsonSchema | undefined {
  const properties = schema['properties'];
  if (!isJsonObject(properties) || !Object.hasOwn(properties, key)) return undefined;
  return asSchema(properties[key], `property ${JSON.stringify(key)}`);
}
