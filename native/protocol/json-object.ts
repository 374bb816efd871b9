import type { JsonValue } from './chat.ts';

/** A JSON object. A value may be undefined in an object built by code; JSON leaves it out. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/** Whether a JSON value is an object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
