import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schemaRule } from '../../../../../native/daemon/chat/schema/compiler.ts';
import { GrammarRules } from '../../../../../native/daemon/chat/schema/gbnf.ts';
import type { JsonSchema, JsonValue } from '../../../../../native/protocol/chat.ts';
import { layouts } from '../../../../support/daemon/schema-instances.ts';
import { Nano } from '../../../addon/engine-harness.ts';
import { keywordCases } from './keyword-cases.ts';

let nano: Nano;

beforeAll(async () => {
  nano = await Nano.load();
});

afterAll(() => nano.model.close());

const end = '\u0003';

function grammar(schema: JsonSchema, unsaid: 'open' | 'closed'): string {
  const rules = new GrammarRules();
  rules.define('root', `${schemaRule(rules, schema, 'value', unsaid)} "\\x03"`);
  return rules.toString();
}

/** In each layout whether the grammar admits the value. */
async function admits(schema: JsonSchema, value: JsonValue, unsaid: 'open' | 'closed' = 'open'): Promise<boolean[]> {
  const gbnf = grammar(schema, unsaid);
  return await Promise.all(layouts(value).map((text) => nano.model.checkGrammar(gbnf, 'root', text + end)));
}

const always = [true, true, true];
const never = [false, false, false];

/** A schema and a value that it does not admit, though the grammar does. By the keyword in docs/engine.md. */
const notHeldTo: readonly (readonly [keyword: string, schema: JsonSchema, value: JsonValue])[] = [
  ['uniqueItems', { type: 'array', uniqueItems: true }, [1, 1]],
  ['contains', { type: 'array', contains: { const: 1 }, maxContains: 1 }, [1, 1]],
  ['unevaluatedItems', { type: 'array', prefixItems: [true], unevaluatedItems: false }, [1, 2]],
  ['not', { not: { type: 'array', prefixItems: [{ const: 1 }] } }, [1]],
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
  ['if', { if: { type: 'array', prefixItems: [{ const: 1 }] }, then: { maxItems: 1 } }, [1, 2]],
  ['oneOf', { oneOf: [{ multipleOf: 2 }, { multipleOf: 3 }] }, 6],
  ['minProperties', { type: 'object', properties: { a: true }, minProperties: 400 }, { a: 1 }],
  ['maxProperties', { properties: { a: true }, additionalProperties: true, maxProperties: 400 }, many(401)],
  ['multipleOf', { type: 'number', multipleOf: 0.123457 }, 0.1],
  ['pattern', { type: 'string', pattern: '\\bab\\b' }, 'xabx'],
  ['patternProperties', { type: 'object', patternProperties: { '\\bab': { type: 'string' } } }, { ab: 1 }],
  ['propertyNames', { type: 'object', propertyNames: { pattern: '(?<=b)a' } }, { a: 1 }],
  ['format', { type: 'string', format: 'regex' }, '('],
  ['$ref', { $ref: 'https://json-schema.org/draft/2020-12/schema' }, { type: 1 }],
  ['$dynamicRef', { $dynamicRef: 'https://json-schema.org/draft/2020-12/schema#meta' }, { type: 1 }],
];

/** Keywords that say something of values; the others describe them, or hold definitions. */
const assertions = [
  'type const enum properties required additionalProperties patternProperties propertyNames minProperties',
  'maxProperties dependentRequired dependentSchemas dependencies if then else not allOf anyOf oneOf pattern',
  'minLength maxLength format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf items',
  'prefixItems minItems maxItems contains minContains maxContains uniqueItems unevaluatedItems',
  'unevaluatedProperties $ref $dynamicRef',
].flatMap((line) => line.split(' '));

function many(count: number): JsonValue {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, 1]));
}

/** The rows of the table in docs/engine.md: keywords, and what is not held to. */
function documented(): readonly (readonly [keywords: string, exception: string])[] {
  const [, section = ''] = readFileSync('docs/engine.md', 'utf8').split('## JSON schemas');
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((line) => {
    const [, keywords = '', exception = ''] = line.split(' | ').join('|').split('|');
    return [keywords, exception] as const;
  });
}

describe('an answer is held to', () => {
  it.each(keywordCases)('$keywords', async ({ schema, fits, differs }) => {
    const ajv = new Ajv2020({ strict: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    const validate = ajv.compile(schema as object);
    for (const value of fits) {
      expect([value, validate(value)]).toEqual([value, true]);
      expect([value, await admits(schema, value)]).toEqual([value, always]);
    }
    for (const value of differs) {
      expect([value, validate(value)]).toEqual([value, false]);
      expect([value, await admits(schema, value)]).toEqual([value, never]);
    }
  });
});

describe('what docs/engine.md says is not held to', () => {
  it.each(notHeldTo)('is not held to: %s', async (keyword, schema, value) => {
    expect(await admits(schema, value)).toEqual(always);
    expect(documented().some(([keywords]) => keywords.includes(`\`${keyword}\``))).toBe(true);
  });

  it('has an example for each keyword', () => {
    const named = documented().flatMap(([keywords]) => [...keywords.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    expect(named.sort()).toEqual(notHeldTo.map(([keyword]) => keyword).sort());
  });

  it('leaves out no keyword that is not held to', () => {
    const tested = keywordCases.map(({ schema }) => JSON.stringify(schema)).join();
    const listed = documented().flat().join();
    const unknown = assertions.filter((name) => !tested.includes(`"${name}":`) && !listed.includes(`\`${name}\``));
    expect(unknown).toEqual([]);
  });
});

describe('arguments of a tool', () => {
  it('hold declared properties only, also those of other alternatives', async () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'integer' } },
      anyOf: [{ required: ['b'] }, { properties: { c: { type: 'boolean' } }, required: ['c'] }],
    };
    expect(await admits(schema, { a: 1, b: 'x', c: 2 }, 'closed')).toEqual(always);
    expect(await admits(schema, { a: 1, b: 'x', d: 2 }, 'closed')).toEqual(never);
    expect(await admits(schema, { a: 1, b: 'x', d: 2 }, 'open')).toEqual(always);
  });

  it('are of the type that the keywords are about', async () => {
    expect(await admits({ properties: { a: true } }, 'text', 'closed')).toEqual(never);
    expect(await admits({ minLength: 1 }, 1, 'closed')).toEqual(never);
  });
});
