import type { JsonSchema, JsonValue } from '../../../protocol/chat.ts';
import { CodedError } from '../../../protocol/coded-error.ts';
import { mergeAll, mergeSchemas, withoutKeywords } from './merge.ts';
import type { SchemaWork } from './schema-work.ts';
import { isJsonObject } from '../../../protocol/json-object.ts';
import { resolveReference, schemasOf } from './keywords.ts';

const depthMax = 8;

/**
 * A schema without `$ref` and `allOf` at its top and at the top of its alternatives, so that types and properties can
 * be read off. References that cannot be resolved stay, and so does what would take too much work. Never throws.
 */
export function flattenSchema(schema: JsonSchema, root: JsonSchema, work: SchemaWork): JsonSchema {
  try {
    return open(schema, { root, work }, depthMax);
  } catch (error) {
    if (error instanceof CodedError) return schema; // it contradicts itself: the grammar says so
    throw error;
  }
}

interface Opening {
  readonly root: JsonSchema;
  readonly work: SchemaWork;
}

function open(schema: JsonSchema, opening: Opening, depth: number): JsonSchema {
  const { root, work } = opening;
  if (!isJsonObject(schema) || depth === 0 || !work.take(1)) return schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const target = resolveReference(root, reference);
    return target === undefined
      ? schema
      : open(mergeSchemas(target, withoutKeywords(schema, ['$ref']), work), opening, depth - 1);
  }
  const all = schemasOf(schema, 'allOf');
  if (all) {
    const parts = all.map((part) => open(part, opening, depth - 1));
    return open(mergeAll(parts, { ...schema, allOf: undefined }, work), opening, depth - 1);
  }
  const opened: Record<string, JsonValue | undefined> = { ...schema };
  for (const keyword of ['anyOf', 'oneOf']) {
    const alternatives = schemasOf(schema, keyword);
    if (alternatives) opened[keyword] = alternatives.map((one) => open(one, opening, depth - 1));
  }
  return opened;
}
