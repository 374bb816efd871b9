import type { JsonValue } from './chat.ts';

/** A JSON object; values may be undefined in objects that code has put together. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/** Whether a JSON value is an object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
