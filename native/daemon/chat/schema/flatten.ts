import type { JsonSchema, JsonValue } from '../../../protocol/chat.ts';
import { CodedError } from '../../../protocol/coded-error.ts';
import { mergeSchemas, withoutKeywords } from './merge.ts';
import { isJsonObject } from '../../../protocol/json-object.ts';
import { resolveReference, schemasOf } from './keywords.ts';

const depthMax = 8;

/**
 * A schema without `$ref` and `allOf` at its top and at the top of its alternatives, so that types and properties can
 * be read off. References that cannot be resolved stay. Never throws.
 */
export function flattenSchema(schema: JsonSchema, root: JsonSchema): JsonSchema {
  try {
    return open(schema, root, depthMax);
  } catch (error) {
    if (error instanceof CodedError) return schema; // it contradicts itself: the grammar says so
    throw error;
  }
}

function open(schema: JsonSchema, root: JsonSchema, depth: number): JsonSchema {
  if (!isJsonObject(schema) || depth === 0) return schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const target = resolveReference(root, reference);
    return target === undefined
      ? schema
      : open(mergeSchemas(target, withoutKeywords(schema, ['$ref'])), root, depth - 1);
  }
  const all = schemasOf(schema, 'allOf');
  if (all) {
    const parts = all.map((part) => open(part, root, depth - 1));
    return open(parts.reduce(mergeSchemas, { ...schema, allOf: undefined }), root, depth - 1);
  }
  const opened: Record<string, JsonValue | undefined> = { ...schema };
  for (const keyword of ['anyOf', 'oneOf']) {
    const alternatives = schemasOf(schema, keyword);
    if (alternatives) opened[keyword] = alternatives.map((one) => open(one, root, depth - 1));
  }
  return opened;
}
