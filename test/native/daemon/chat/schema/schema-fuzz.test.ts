import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from '../../../../support/fast-check.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaRule } from '../../../../../native/daemon/chat/schema/compiler.ts';
import { GrammarRules } from '../../../../../native/daemon/chat/schema/gbnf.ts';
import { CodedError } from '../../../../../native/protocol/coded-error.ts';
import type { JsonSchema, JsonValue } from '../../../../../native/protocol/chat.ts';
import { casesOf, limitOfCases } from '../../../../support/case-counts.ts';
import { exactSchemas, fuzzValues, looseSchemas } from '../../../../support/daemon/schema-fuzz.ts';
import { spaced } from '../../../../support/daemon/schema-instances.ts';
import { Nano } from '../../../addon/engine-harness.ts';

let nano: Nano;

beforeAll(async () => {
  nano = await Nano.load();
});

afterAll(() => nano.model.close());

const values = fc.array(fuzzValues, { minLength: 12, maxLength: 12 });
const end = '\u0003';

/** Whether the grammar of a schema admits each of some values; undefined if nothing fits the schema. */
async function admitted(schema: JsonSchema, candidates: readonly JsonValue[]): Promise<boolean[] | undefined> {
  const rules = new GrammarRules();
  try {
    rules.define('root', `${schemaRule(rules, schema, 'value', 'open')} "\\x03"`);
  } catch (error) {
    if (error instanceof CodedError) return undefined;
    throw error;
  }
  const gbnf = rules.toString();
  const found: boolean[] = [];
  for (const value of candidates) found.push(await nano.model.checkGrammar(gbnf, 'root', spaced(value) + end));
  return found;
}

function fitting(schema: JsonSchema, candidates: readonly JsonValue[]): boolean[] {
  const validate = new Ajv2020({ strict: false, validateSchema: false }).compile(schema as object | boolean);
  return candidates.map((value) => validate(value));
}

function differences(
  candidates: readonly JsonValue[],
  fits: readonly boolean[],
  admits: readonly boolean[] | undefined,
): Record<'refused' | 'admitted', JsonValue[]> {
  return {
    refused: candidates.filter((_, at) => fits[at] && admits?.[at] !== true),
    admitted: candidates.filter((_, at) => !fits[at] && admits?.[at] === true),
  };
}

describe('the grammar of a random schema', () => {
  it(
    'admits exactly what fits it',
    async () => {
      await fc.assert(
        fc.asyncProperty(exactSchemas, values, async (schema, candidates) => {
          const admits = await admitted(schema, candidates);
          expect(differences(candidates, fitting(schema, candidates), admits)).toEqual({ refused: [], admitted: [] });
        }),
        { numRuns: casesOf('random schemas') },
      );
    },
    limitOfCases(60_000),
  );

  it(
    'refuses nothing that fits it, whatever conditions it holds',
    async () => {
      await fc.assert(
        fc.asyncProperty(looseSchemas, values, async (schema, candidates) => {
          const admits = await admitted(schema, candidates);
          expect(differences(candidates, fitting(schema, candidates), admits).refused).toEqual([]);
        }),
        { numRuns: casesOf('random schemas') },
      );
    },
    limitOfCases(60_000),
  );
});
