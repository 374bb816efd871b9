import type { JsonSchema, JsonValue } from '../../../../../native/protocol/chat.ts';

/** A schema about some keywords, with values that fit it and values that do not. */
export interface KeywordCase {
  readonly keywords: string;
  readonly schema: JsonSchema;
  readonly fits: readonly JsonValue[];
  readonly differs: readonly JsonValue[];
}

function row(keywords: string, schema: JsonSchema, fits: JsonValue[], differs: JsonValue[]): KeywordCase {
  return { keywords, schema, fits, differs };
}

const text = (more: { readonly [keyword: string]: JsonValue }): JsonSchema => ({ type: 'string', ...more });
const named = { kind: { enum: ['circle', 'square'] }, radius: { type: 'number' }, side: { type: 'number' } };

/** What an answer is held to, keyword by keyword and together. */
export const keywordCases: readonly KeywordCase[] = [
  row('type', { type: ['string', 'null'] }, ['a', null], [1, true, {}, []]),
  row(
    'const',
    { const: { a: 1, b: 2 } },
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: 1 }, { a: 1, b: 3 }],
  ),
  row('enum minLength', { enum: ['a', 'abc', 4], minLength: 2 }, ['abc', 4], ['a', 'x', 5]),
  row('properties', { properties: { a: { type: 'integer' } } }, [{ a: 1 }, {}, { b: 'x' }, 'text', [1]], [{ a: 'x' }]),
  row(
    'properties required',
    { type: 'object', properties: { a: true, b: true }, required: ['b', 'z'] },
    [
      { z: 1, b: 2 },
      { a: 1, z: 0, other: [], b: 2 },
    ],
    [{ a: 1 }, { b: 1 }, {}],
  ),
  row(
    'properties, digits only',
    { type: 'object', properties: { name: { type: 'string' }, 7: { type: 'integer' } }, required: ['name', '7'] },
    [{ name: 'a', 7: 1 }],
    [{ name: 'a' }, { name: 'a', 7: 'x' }],
  ),
  row(
    'additionalProperties',
    { type: 'object', properties: { a: true }, additionalProperties: { type: 'integer' } },
    [{ b: 1, a: 'x', c: 2 }, {}],
    [{ b: 'x' }],
  ),
  row(
    'patternProperties additionalProperties',
    { type: 'object', patternProperties: { '^x-': { type: 'string' } }, additionalProperties: false },
    [{ 'x-a': 'b' }, {}],
    [{ 'x-a': 1 }, { y: 'b' }, { ax: 'b' }],
  ),
  row(
    'patternProperties properties',
    {
      type: 'object',
      properties: { ab: { minimum: 2 } },
      patternProperties: { a: { type: 'integer' }, b: { maximum: 9 } },
    },
    [{ ab: 5, a1: 3, other: 'x' }, { b1: 'x' }],
    [{ ab: 1 }, { ab: 'x' }, { ab: 12 }, { a1: 0.5 }, { ba: 10 }],
  ),
  row(
    'propertyNames',
    { propertyNames: { pattern: '^[a-z]+$', maxLength: 3 } },
    [{ abc: 1 }, {}],
    [{ abcd: 1 }, { A: 1 }],
  ),
  row(
    'minProperties',
    { type: 'object', minProperties: 2 },
    [
      { a: 1, b: 2 },
      { a: 1, b: 2, c: 3 },
    ],
    [{}, { a: 1 }],
  ),
  row(
    'maxProperties properties',
    { type: 'object', properties: { a: true, b: true }, maxProperties: 2 },
    [{}, { a: 1, b: 2 }, { x: 1, b: 2 }],
    [{ a: 1, b: 2, x: 3 }],
  ),
  row(
    'maxProperties of none',
    { type: 'object', dependentRequired: { a: ['b'] }, maxProperties: 0 },
    [{}],
    [{ a: 1, b: 1 }, { c: 1 }],
  ),
  row('oneOf without a number', { oneOf: [{ const: 0 }, { type: 'number' }] }, [0.75, -3, 10.125], [0, 'a']),
  row(
    'dependentRequired',
    { type: 'object', dependentRequired: { a: ['b'] } },
    [{ a: 1, b: 2 }, { b: 1 }, {}, { c: 1 }],
    [{ a: 1 }, { a: 1, c: 2 }],
  ),
  row(
    'dependentSchemas',
    { type: 'object', dependentSchemas: { a: { properties: { b: { type: 'integer' } } } } },
    [{ b: 'x' }, { a: 1, b: 2 }, { a: 1 }],
    [{ a: 1, b: 'x' }],
  ),
  row(
    'dependencies',
    { type: 'object', dependencies: { a: ['b'], c: { required: ['d'] } } },
    [{}, { b: 1 }, { a: 1, b: 2, c: 3, d: 4 }],
    [{ a: 1 }, { c: 1 }, { a: 1, b: 1, c: 1 }],
  ),
  row(
    'if then else',
    {
      type: 'object',
      properties: named,
      required: ['kind'],
      if: { properties: { kind: { const: 'circle' } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { required: ['radius'], properties: { colour: { type: 'string' } } },
      else: { required: ['side'] },
    },
    [
      { kind: 'circle', radius: 1, colour: 'red' },
      { kind: 'square', side: 2 },
      { side: 1, kind: 'square' },
    ],
    [
      { kind: 'circle', side: 1 },
      { kind: 'square', radius: 1 },
      { kind: 'circle', radius: 1, colour: 7 },
    ],
  ),
  row('not type', { not: { type: ['object', 'string'] } }, [1, null, [1], false], ['a', {}]),
  row('not enum', { type: 'string', not: { enum: ['a', 'bc'] } }, ['b', 'abc', ''], ['a', 'bc']),
  row('not pattern', { type: 'string', not: { pattern: '^a' } }, ['b', ''], ['a', 'ab']),
  row('not required', { type: 'object', not: { required: ['a', 'b'] } }, [{ a: 1 }, { c: 1 }], [{ a: 1, b: 2 }]),
  row('allOf', { allOf: [{ minimum: 2 }, { maximum: 5 }, { type: 'integer' }] }, [2, 5], [1, 6, 2.5]),
  row(
    'allOf of references',
    {
      allOf: [{ $ref: '#/$defs/first' }, { $ref: '#/$defs/second' }],
      $defs: {
        first: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
        second: { properties: { b: { type: 'string' } }, required: ['b'] },
      },
    },
    [
      { a: 1, b: 'x' },
      { b: 'x', a: 1 },
    ],
    [{ a: 1 }, { b: 'x' }, { a: 'x', b: 'x' }],
  ),
  row(
    'anyOf properties',
    {
      type: 'object',
      properties: { a: { type: 'integer' } },
      anyOf: [{ required: ['b'], properties: { b: { type: 'string' } } }, { properties: { c: { type: 'boolean' } } }],
    },
    [{ a: 1, b: 'x' }, { c: true }, { b: 'x', c: 5 }, {}],
    [{ c: 5 }, { a: 'x' }],
  ),
  row(
    'oneOf',
    { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    [{ a: 1 }, { b: 1 }],
    [{}, { a: 1, b: 1 }],
  ),
  row('pattern', text({ pattern: 'a\\d$' }), ['a1', 'xa2'], ['a', 'a1b']),
  row('pattern with lookaheads', text({ pattern: '^(?=.*\\d)(?!x).{2,}$' }), ['a1', '12'], ['ab', 'x1', '1']),
  row('pattern with properties of characters', text({ pattern: '^\\p{Lu}\\p{Ll}*$' }), ['Äb', 'Σς'], ['ab', 'A1', '']),
  row(
    'pattern minLength maxLength',
    text({ pattern: '^a*b*$', minLength: 2, maxLength: 3 }),
    ['aab', 'bb'],
    ['a', 'aabb', 'ba'],
  ),
  row('minLength', { minLength: 2 }, ['ab', 1, {}], ['a', '']),
  row('maxLength', text({ maxLength: 2 }), ['ab', '', '💩é'], ['abc']),
  row('minimum', { minimum: 1.5 }, [1.5, 2, 15, 1.51, 'text'], [1.4, -2, 0, 1.49]),
  row('maximum', { type: 'number', maximum: 1.25 }, [1.25, -100, 0, 1.2], [1.3, 2, 1.251]),
  row('exclusiveMinimum', { type: 'number', exclusiveMinimum: 0 }, [0.001, 1, 20], [0, -1]),
  row(
    'exclusiveMaximum exclusiveMinimum',
    { type: 'number', exclusiveMinimum: -0.5, exclusiveMaximum: 0.5 },
    [0, 0.49, -0.499],
    [0.5, -0.5, 1],
  ),
  row('minimum maximum', { type: 'integer', minimum: -3.5, maximum: 12.5 }, [-3, 0, 12], [-4, 13, 1.5]),
  row('multipleOf', { type: 'integer', multipleOf: 7 }, [0, 7, -14, 70007], [1, 8, 701]),
  row('multipleOf of decimals', { type: 'number', multipleOf: 0.25 }, [0.25, 3, 1.5, -0.75], [0.3, 1.1]),
  row(
    'multipleOf minimum maximum',
    { type: 'integer', multipleOf: 50, minimum: 1, maximum: 120 },
    [50, 100],
    [0, 25, 150],
  ),
  row('items', { items: { type: 'integer' } }, [[1, 2], [], 'x'], [['a'], [1, 'a']]),
  row(
    'uniqueItems of listed values',
    {
      type: 'array',
      items: { $ref: '#/$defs/unit' },
      uniqueItems: true,
      minItems: 2,
      $defs: { unit: { enum: ['a', 'b', 3] } },
    },
    [
      ['b', 'a'],
      [3, 'a', 'b'],
    ],
    [['a'], ['a', 'a'], ['a', 'c'], [3, 'a', 3]],
  ),
  row('prefixItems items', { prefixItems: [{ type: 'string' }], items: false }, [['a'], []], [[1], ['a', 1]]),
  row('minItems maxItems', { type: 'array', minItems: 1, maxItems: 2 }, [[1], [1, 2]], [[], [1, 2, 3]]),
  row('contains', { type: 'array', contains: { const: 5 }, maxItems: 3 }, [[5], [1, 5, 2]], [[], [1], [1, 2, 3, 5]]),
  row('format date', text({ format: 'date' }), ['2024-02-29', '1999-12-31'], ['2024-13-01', '2024-04-31', '24-1-1']),
  row('format time', text({ format: 'time' }), ['12:30:00Z', '23:59:59.25+01:00'], ['24:00:00Z', '12:30']),
  row('format date-time', text({ format: 'date-time' }), ['2024-02-29T12:30:00Z'], ['2024-02-29', '2024-02-29 12:30']),
  row('format duration', text({ format: 'duration' }), ['P1DT12H', 'PT5M', 'P3W'], ['P', 'PT', '1D']),
  row('format uuid', text({ format: 'uuid' }), ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567']),
  row('format email', text({ format: 'email' }), ['a.b@example.com'], ['a@', '@b.c', 'a b@c.d', 'a..b@c.d']),
  row('format hostname', text({ format: 'hostname' }), ['example.com', 'a-b.c'], ['-a.com', 'a..b', 'a_b']),
  row('format ipv4', text({ format: 'ipv4' }), ['127.0.0.1', '255.1.20.0'], ['256.0.0.1', '1.2.3', '01.2.3.4']),
  row(
    'format ipv6',
    text({ format: 'ipv6' }),
    ['::1', '1:2:3:4:5:6:7:8', 'fe80::1:2', '::ffff:1.2.3.4'],
    ['1:2', ':::', '12345::'],
  ),
  row('format uri', text({ format: 'uri' }), ['https://a.b/c?d#e', 'urn:x:y'], ['a b', '/only/a/path', 'http://a b']),
  row('format json-pointer', text({ format: 'json-pointer' }), ['', '/a/~0b'], ['a', '/~2']),
  row(
    'unevaluatedProperties',
    { type: 'object', allOf: [{ properties: { a: true } }], properties: { b: true }, unevaluatedProperties: false },
    [{ a: 1, b: 2 }, {}],
    [{ c: 1 }],
  ),
  row(
    '$ref by $id and $anchor',
    {
      $id: 'https://example.com/root.json',
      type: 'object',
      properties: { a: { $ref: 'item.json' }, b: { $ref: '#named' }, c: { $ref: 'item.json#/$defs/inner' } },
      $defs: {
        item: { $id: 'item.json', type: 'integer', $defs: { inner: { type: 'boolean' } } },
        other: { $anchor: 'named', type: 'string' },
      },
    },
    [{ a: 1, b: 'x', c: true }],
    [{ a: 'x' }, { b: 1 }, { c: 1 }],
  ),
  row(
    '$ref, recursive, beside maxProperties',
    {
      $ref: '#/$defs/tree',
      $defs: {
        tree: {
          type: 'object',
          properties: { in: { $ref: '#/$defs/tree', maxProperties: 1 }, x: { type: 'integer' } },
        },
      },
    },
    [{ in: { in: { x: 1 } }, x: 2 }, { in: {} }],
    [{ in: { x: 1, y: 2 } }, { in: { in: { x: 1, y: 2 } } }, { x: 'a' }],
  ),
];
