import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonSchema, JsonValue } from '../../../../native/protocol/chat.ts';
import { isJsonObject } from '../../../../native/protocol/json-object.ts';
import { isSchema } from '../../../../native/daemon/chat/schema/keywords.ts';

/** A schema with values that fit it and values that do not. */
export interface SchemaCase {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly tests: readonly {
    readonly data: JsonValue;
    readonly valid: boolean;
  }[];
}

/**
 * The cases in a folder: files as MaskBench has them (an object with `schema` and `tests`) or as the JSON Schema Test
 * Suite has them (a list of such objects). Schemas without tests are left out.
 * @param only part of the names of the files to look at.
 * @param every takes each so many'th file.
 */
export function* readSchemaCases(folder: string, only: string, every: number): Generator<SchemaCase> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file.includes(only))
    .sort()
    .filter((_, at) => at % every === 0);
  for (const file of files) {
    const content = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as JsonValue;
    const groups = Array.isArray(content) ? (content as readonly JsonValue[]) : [content];
    for (const [at, group] of groups.entries()) {
      if (!isJsonObject(group) || !isSchema(group['schema']) || !Array.isArray(group['tests'])) continue;
      const tests = (group['tests'] as readonly JsonValue[]).flatMap((test) =>
        isJsonObject(test) ? [{ data: test['data'] ?? null, valid: test['valid'] === true }] : [],
      );
      const name = groups.length === 1 ? file : `${file} ${at}`;
      if (tests.length > 0) yield { name, schema: group['schema'], tests };
    }
  }
}
