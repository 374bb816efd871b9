import type { JsonSchema } from '../../../protocol/chat.ts';
import { isJsonObject } from '../../../protocol/json-object.ts';
import { flattenSchema } from '../schema/flatten.ts';
import { isSchema, jsonTypes, typeOf } from '../schema/keywords.ts';
import type { SchemaType } from '../schema/keywords.ts';
import { SchemaWork } from '../schema/schema-work.ts';

/** Top-level declarations of a tool's parameters. */
interface SchemaObject {
  readonly properties: ReadonlyMap<string, JsonSchema>;
  readonly required: readonly string[];
}

/** Work for one tool: its schema is read again with every call. */
const toolWork = 20_000;

/** Properties, without references at their top, and required keys of an object schema; empty for anything else. */
export function schemaObject(parameters: JsonSchema): SchemaObject {
  const properties = new Map<string, JsonSchema>();
  const work = new SchemaWork(toolWork);
  const schema = flattenSchema(parameters, parameters, work);
  if (typeof schema === 'boolean') return { properties, required: [] };
  if (isJsonObject(schema['properties'])) {
    for (const [key, value] of Object.entries(schema['properties']))
      if (isSchema(value)) properties.set(key, flattenSchema(value, parameters, work));
  }
  const required = Array.isArray(schema['required']) ? schema['required'].filter((key) => typeof key === 'string') : [];
  return { properties, required };
}

/** Types a schema admits; undefined when it does not say. */
export function admittedTypes(schema: JsonSchema | undefined, depth = 4): ReadonlySet<SchemaType> | undefined {
  if (schema === undefined || typeof schema === 'boolean' || depth === 0) return undefined;
  const type = schema['type'];
  if (isJsonType(type)) return new Set([type]);
  if (Array.isArray(type)) return new Set(type.filter(isJsonType));
  if ('const' in schema) return new Set([typeOf(schema['const'])]);
  if (Array.isArray(schema['enum'])) return new Set(schema['enum'].map(typeOf));
  const alternatives = schema['anyOf'] ?? schema['oneOf'];
  if (!Array.isArray(alternatives)) return undefined;
  const all = new Set<SchemaType>();
  for (const alternative of alternatives) {
    const types = isSchema(alternative) ? admittedTypes(alternative, depth - 1) : undefined;
    if (!types) return undefined;
    for (const admitted of types) all.add(admitted);
  }
  return all;
}

function isJsonType(value: unknown): value is SchemaType {
  return jsonTypes.some((type) => type === value);
}
