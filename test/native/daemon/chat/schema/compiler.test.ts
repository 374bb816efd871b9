import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrammarRules } from '../../../../../native/daemon/chat/schema/gbnf.ts';
import { schemaRule } from '../../../../../native/daemon/chat/schema/compiler.ts';
import type { JsonSchema } from '../../../../../native/protocol/chat.ts';
import { GbnfMatcher } from '../../../../support/daemon/gbnf-matcher.ts';
import { Nano } from '../../../addon/engine-harness.ts';

let nano: Nano;

beforeAll(async () => {
  nano = await Nano.load();
});

afterAll(() => nano.model.close());

function matcher(schema: JsonSchema): GbnfMatcher {
  const rules = new GrammarRules();
  rules.define('root', schemaRule(rules, schema, 'value'));
  return new GbnfMatcher(rules.toString());
}

/** [what, schema, texts that match, texts that do not] */
const cases: readonly (readonly [string, JsonSchema, readonly string[], readonly string[]])[] = [
  ['anything', true, ['1', '{"a": [1, {}]}', '"x"', 'null', '[\n  1\n]'], ['', '{', "'x'", 'nul']],
  ['text', { type: 'string' }, ['""', '"a\\n\\u00e9 é"', '"\\/"'], ['"', '1', '"\n"', '"\\x"']],
  [
    'text of some length',
    { type: 'string', minLength: 2, maxLength: 3 },
    ['"ab"', '"a\\nb"', '"éüö"'],
    ['"a"', '"abcd"'],
  ],
  [
    'an object with keywords that are null',
    {
      type: 'object',
      properties: { a: { type: 'string', enum: null, maxLength: null, pattern: null }, b: { type: null, const: null } },
      required: ['a', 'b'],
      additionalProperties: null,
      minProperties: null,
    },
    ['{"a": "x", "b": null}'],
    ['{"a": 1, "b": null}', '{"a": "x", "b": 1}'],
  ],
  ['numbers', { type: 'number' }, ['1', '-1.5e10', '0.25', '0'], ['01', '1.', '.5', '+1', '"1"']],
  ['whole numbers', { type: 'integer' }, ['0', '-12', '123456'], ['1.0', '00', '1e3', '-']],
  ['numbers that are not negative', { type: 'number', minimum: 0 }, ['0.5', '3'], ['-1']],
  [
    'a share',
    { type: 'number', minimum: 0, maximum: 1 },
    ['0', '1', '1.0', '0.95', '5e-05', '1.5E-7'],
    ['1.01', '2', '-0.1', '1e3', '5e-0', '10'],
  ],
  [
    'a range of decimals',
    { type: 'number', minimum: -1.5, exclusiveMaximum: 2 },
    ['-1.5', '0.3', '1.99', '-0.2'],
    ['-2.1', '2.5', '-3'],
  ],
  [
    'a range',
    { type: 'integer', minimum: 3, maximum: 1042 },
    ['3', '9', '10', '999', '1000', '1042'],
    ['2', '1043', '9999', '-3', '03'],
  ],
  [
    'a range around zero',
    { type: 'integer', minimum: -12, maximum: 5 },
    ['-12', '-1', '0', '5', '-9'],
    ['-13', '6', '-0', '-20'],
  ],
  ['a lowest number', { type: 'integer', exclusiveMinimum: 9 }, ['10', '99', '123456789'], ['9', '-10', '1']],
  ['a highest number', { type: 'integer', maximum: -5 }, ['-5', '-6', '-1234'], ['-4', '0', '5']],
  ['booleans and null', { type: ['boolean', 'null'] }, ['true', 'false', 'null'], ['"true"', '0']],
  [
    'enum',
    { enum: ['a', 'b"c', 1, null, { x: [1] }] },
    ['"a"', '"b\\"c"', '1', 'null', '{"x": [1]}', '{"x":[1]}'],
    ['"b"', '2', '"a'],
  ],
  ['enum with a type', { type: 'string', enum: ['a', 1] }, ['"a"'], ['1']],
  ['const', { const: 'x' }, ['"x"'], ['"y"', 'x']],
  [
    'few properties, in any order',
    { properties: { a: { type: 'integer' }, b: { type: 'string' } }, required: ['a', 'b'] },
    ['{"a": 1, "b": "x"}', '{"a":1,"b":"x"}', '{\n  "a": 1,\n  "b": "x"\n}', '{"b": "x", "a": 1}'],
    ['{"a": 1}', '{"a": 1, "b": "x", "a": 1}', '{"a": 1, "b": "x", "c": 1}', '{"a": 1,, "b": "x"}'],
  ],
  [
    'optional properties',
    {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' }, c: { type: 'integer' } },
      required: ['b'],
    },
    ['{"b": 1}', '{"a": 1, "b": 2}', '{"b": 2, "c": 3}', '{"a": 1, "b": 2, "c": 3}'],
    ['{}', '{"a": 1}', '{"a": 1, "c": 3}', '{"b": 1,}', '{, "b": 1}'],
  ],
  [
    'only optional properties',
    { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
    ['{}', '{ }', '{"a": 1}', '{"b": 1}', '{"a": 1, "b": 2}'],
    ['{"c": 1}', '{"a": 1,}', '{"a": 1 "b": 2}'],
  ],
  ['no properties', { type: 'object', properties: {}, additionalProperties: false }, ['{}'], ['{"a": 1}']],
  ['any object', { type: 'object' }, ['{}', '{"a": {"b": []}}'], ['[]', '1']],
  [
    'additional properties',
    {
      type: 'object',
      properties: { ab: { type: 'integer' } },
      required: ['ab'],
      additionalProperties: { type: 'string' },
    },
    ['{"ab": 1}', '{"ab": 1, "a": "x", "abc": "y", "z": ""}'],
    ['{"ab": 1, "z": 2}', '{"ab": 1, "ab": "x"}', '{"z": "x"}'],
  ],
  [
    'additional properties only',
    { type: 'object', additionalProperties: { type: 'boolean' } },
    ['{}', '{"x": true, "y": false}'],
    ['{"x": 1}'],
  ],
  [
    'required but not declared',
    { type: 'object', required: ['a'] },
    ['{"a": 1}', '{"a": [], "b": 2}'],
    ['{}', '{"b": 2}'],
  ],
  [
    'a property that must not be',
    { type: 'object', properties: { a: false, b: { type: 'integer' } } },
    ['{"b": 1}', '{}'],
    ['{"a": 1}'],
  ],
  [
    'awkward names',
    { type: 'object', properties: { 'a"b\\': { type: 'integer' }, 'c d-é': { type: 'integer' } }, required: ['a"b\\'] },
    ['{"a\\"b\\\\": 1, "c d-é": 2}'],
    ['{"a": 1}'],
  ],
  [
    'lists',
    { type: 'array', items: { type: 'integer' } },
    ['[]', '[1]', '[1, 2,3]', '[\n1\n]'],
    ['[1,]', '["a"]', '[,1]', '1'],
  ],
  [
    'lists of some length',
    { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 3 },
    ['[1, 2]', '[1,2,3]'],
    ['[1]', '[]', '[1,2,3,4]'],
  ],
  [
    'tuples',
    { prefixItems: [{ type: 'integer' }, { type: 'string' }], items: false, minItems: 1 },
    ['[1]', '[1, "a"]'],
    ['[]', '["a"]', '[1, "a", 2]'],
  ],
  [
    'tuples and more',
    { type: 'array', items: [{ type: 'integer' }], additionalItems: { type: 'boolean' }, minItems: 2 },
    ['[1, true]', '[1, true, false]'],
    ['[1]', '[1, 2]'],
  ],
  [
    'either',
    { anyOf: [{ type: 'integer' }, { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }] },
    ['1', '{"a": 1}'],
    ['"x"', '{}'],
  ],
  [
    'either, with what both have',
    {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'integer' } },
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    ['{"a": 1}', '{"b": 1}'],
    ['{}'],
  ],
  [
    'all of',
    {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
        { properties: { b: { type: 'string' } }, required: ['b'] },
      ],
    },
    ['{"a": 1, "b": "x"}'],
    ['{"a": 1}', '{"b": "x"}'],
  ],
  ['all of, bounds', { type: 'integer', allOf: [{ minimum: 3 }, { maximum: 5 }] }, ['3', '5'], ['2', '6']],
  [
    'references',
    {
      type: 'object',
      properties: { a: { $ref: '#/$defs/p%20q' } },
      required: ['a'],
      $defs: { 'p q': { enum: [1, 2] } },
    },
    ['{"a": 1}'],
    ['{"a": 3}'],
  ],
  [
    'a reference with more',
    {
      type: 'object',
      properties: { a: { $ref: '#/definitions/n', maximum: 3 } },
      required: ['a'],
      definitions: { n: { type: 'integer', minimum: 2 } },
    },
    ['{"a": 2}', '{"a": 3}'],
    ['{"a": 1}', '{"a": 4}'],
  ],
  [
    'recursion',
    {
      $ref: '#/$defs/tree',
      $defs: {
        tree: {
          type: 'object',
          properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
          required: ['name'],
        },
      },
    },
    ['{"name": "a"}', '{"name": "a", "children": [{"name": "b", "children": []}]}'],
    ['{"children": []}', '{"name": "a", "children": [1]}'],
  ],
  [
    'recursion at the root',
    { type: 'object', properties: { next: { anyOf: [{ $ref: '#' }, { type: 'null' }] } }, required: ['next'] },
    ['{"next": null}', '{"next": {"next": null}}'],
    ['{}', '{"next": 1}'],
  ],
  ['a date', { type: 'string', format: 'date' }, ['"2024-02-29"'], ['"2024-13-01"', '"24-1-1"']],
  [
    'a time',
    { type: 'string', format: 'date-time' },
    ['"2024-02-29T12:30:00Z"', '"2024-02-29T12:30:00.123+02:00"'],
    ['"2024-02-29"'],
  ],
  ['a uuid', { type: 'string', format: 'uuid' }, ['"123e4567-e89b-12d3-a456-426614174000"'], ['"123e4567"']],
  ['an unknown format', { type: 'string', format: 'colour' }, ['"a@b"', '""'], ['1']],
  [
    'a pattern',
    { type: 'string', pattern: '^[a-z]+(-\\d{2,3})?$' },
    ['"abc"', '"a-12"', '"a-123"'],
    ['"A"', '"a-1"', '"a-1234"', '""'],
  ],
  ['a pattern anywhere', { type: 'string', pattern: 'b|^c$' }, ['"abc"', '"b"', '"c"'], ['"a"', '"cc"']],
  [
    'a pattern with quotes',
    { type: 'string', pattern: '^"[^"x]*\\\\.$' },
    ['"\\"ab\\\\."', '"\\"a\\nb\\\\c"'],
    ['"\\"x\\\\."', '""ab\\."'],
  ],
  ['a pattern it cannot say', { type: 'string', pattern: '^(?=a)b\\b' }, ['"anything"'], ['1']],
  ['keywords it cannot say', { type: 'array', uniqueItems: true }, ['[1, 2]', '[1, 1]'], ['"x"']],
  ['a foreign reference', { $ref: 'https://example.com/x.json' }, ['1', '{}'], ['{']],
];

describe('the grammar of', () => {
  it.each(cases)('%s', (_, schema, good, bad) => {
    const grammar = matcher(schema);
    for (const text of good) expect([text, grammar.matches(text)]).toEqual([text, true]);
    for (const text of bad) expect([text, grammar.matches(text)]).toEqual([text, false]);
  });
});

describe('a schema', () => {
  it.each([
    ['false', false],
    ['an empty enum', { enum: [] }],
    ['an enum of another type', { type: 'string', enum: [1] }],
    ['crossed bounds', { type: 'integer', minimum: 3, maximum: 2 }],
    ['crossed lengths', { type: 'string', minLength: 3, maxLength: 2 }],
    ['crossed counts', { type: 'array', minItems: 3, maxItems: 2 }],
    ['a required property that must not be', { type: 'object', properties: { a: false }, required: ['a'] }],
    [
      'a required property that is not admitted',
      {
        type: 'object',
        properties: { b: true },
        required: ['a'],
        additionalProperties: false,
        allOf: [{ properties: { a: false } }],
      },
    ],
    ['types that exclude each other', { allOf: [{ type: 'string' }, { type: 'integer' }] }],
    ['an unknown type', { type: 'strng' }],
    ['properties that are no object', { type: 'object', properties: [] }],
    ['a reference to nothing', { $ref: '#/$defs/x' }],
    ['a negative length', { type: 'string', minLength: -1 }],
  ] as [string, JsonSchema][])('with %s is refused', (_, schema) => {
    expect(() => matcher(schema)).toThrow(expect.objectContaining({ code: 'grammar.invalid' }));
  });

  it('that refers to itself without end admits more, and is no left recursion', () => {
    expect(matcher({ $ref: '#' }).matches('1')).toBe(true);
    expect(matcher({ anyOf: [{ $ref: '#' }, { type: 'string' }] }).matches('"x"')).toBe(true);
    expect(matcher({ allOf: [{ $ref: '#' }], type: 'string' }).matches('"x"')).toBe(true);
    const mutual = {
      $ref: '#/$defs/a',
      $defs: {
        a: { anyOf: [{ $ref: '#/$defs/b' }, { type: 'string' }] },
        b: { anyOf: [{ $ref: '#/$defs/a' }, { type: 'integer' }] },
      },
    };
    expect(matcher(mutual).matches('1')).toBe(true);
  });

  it.each([
    ['deep', Array.from({ length: 5_000 }).reduce<JsonSchema>((inner) => ({ type: 'array', items: inner }), true)],
    [
      'wide',
      {
        type: 'object',
        properties: Object.fromEntries(
          Array.from({ length: 20_000 }, (_, at) => [
            `p${at}`,
            { type: 'array', items: { enum: ['a', 'b'] }, maxItems: 900 },
          ]),
        ),
      },
    ],
    ['full of values', { enum: Array.from({ length: 50_000 }, (_, at) => `value ${at}`) }],
    ['long', { type: 'string', minLength: 100_000, maxLength: 1_000_000 }],
    [
      'exploding',
      {
        $ref: '#/$defs/d30',
        $defs: Object.fromEntries(
          Array.from({ length: 31 }, (_, at) => [
            `d${at}`,
            at === 0
              ? true
              : {
                  type: 'object',
                  properties: { a: { $ref: `#/$defs/d${at - 1}` }, b: { $ref: `#/$defs/d${at - 1}` } },
                },
          ]),
        ),
      },
    ],
    [
      'exploding by merging',
      {
        allOf: Array.from({ length: 40 }, (_, at) => ({
          anyOf: [{ properties: { [`a${at}`]: true } }, { properties: { [`b${at}`]: true } }],
        })),
      },
    ],
    ['a hard pattern', { type: 'string', pattern: `^${'(a{1,900}){1,900}'.repeat(3)}$` }],
  ] as [string, JsonSchema][])('that is %s gives a grammar of bounded size', async (_, schema) => {
    const rules = new GrammarRules();
    rules.define('root', schemaRule(rules, schema, 'value'));
    expect(rules.size).toBeLessThan(1_000_000);
    expect(await nano.model.checkGrammar(rules.toString(), 'root')).toBe(true);
  });
});
