import * as fc from '../../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { toolFormats } from '../../../../../native/daemon/chat/formats/registry.ts';
import type { ToolFormat } from '../../../../../native/daemon/chat/formats/tool-format.ts';
import type { JsonSchema, JsonValue, ToolDefinition } from '../../../../../native/protocol/chat.ts';
import { casesOf } from '../../../../support/case-counts.ts';
import { GbnfMatcher } from '../../../../support/daemon/gbnf-matcher.ts';
import { walkGrammar } from '../../../../support/daemon/gbnf-walk.ts';
import { readReply } from '../../../../support/daemon/reply-reading.ts';
import { fitsSchema } from '../../../../support/daemon/schema-fit.ts';

const object = (properties: Record<string, JsonSchema>, more: Record<string, JsonValue> = {}): JsonSchema => ({
  type: 'object',
  properties: properties as JsonValue,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});
const text = { type: 'string' };

const schemas: Readonly<Record<string, JsonSchema>> = {
  'lists of objects': object({
    items: {
      type: 'array',
      items: object({
        x: { type: 'integer', minimum: -5, maximum: 17 },
        y: { type: ['string', 'null'], maxLength: 3 },
      }),
      minItems: 1,
      maxItems: 3,
    },
  }),
  'values with quotes and tags': object({
    mode: { enum: ['b"c', "d'e", 'new\nline', '<arg_value>', '3'] },
    kind: { enum: [1, 'one', null, true, { a: 1 }] },
    same: { const: 'x y' },
  }),
  'what may be null': object({
    a: { type: ['integer', 'null'] },
    b: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
    c: { type: 'boolean' },
  }),
  'one of several': object({
    v: { oneOf: [{ type: 'number' }, object({ k: { const: 'z' } }), { type: 'array', items: { type: 'boolean' } }] },
  }),
  references: object(
    {
      t: { $ref: '#/$defs/tree' },
      n: { $ref: '#/$defs/count', description: 'How many.' },
      o: { anyOf: [{ $ref: '#/$defs/count' }, { type: 'null' }] },
      e: { $ref: '#/$defs/word' },
    },
    {
      $defs: {
        tree: object({ name: text, kids: { type: 'array', items: { $ref: '#/$defs/tree' } } }),
        count: { type: 'integer' },
        word: { enum: ['a', '1'] },
      },
    },
  ),
  numbers: object({
    i: { type: 'integer', minimum: 3, maximum: 1234 },
    e: { type: 'integer', exclusiveMinimum: 0 },
    f: { type: 'number', minimum: 0 },
  }),
  texts: object({
    p: { type: 'string', pattern: '^[a-z]{2,4}-\\d+$' },
    q: { type: 'string', minLength: 2, maxLength: 5 },
  }),
  tuples: object({ t: { type: 'array', prefixItems: [{ type: 'integer' }, text], items: false } }),
  'parts put together': {
    type: 'object',
    allOf: [
      { properties: { a: { type: 'integer' } }, required: ['a'] },
      { properties: { b: { type: 'boolean' } }, required: ['b'] },
    ],
  },
  'strange names': object({
    'a b': { type: 'integer' },
    items: { type: 'boolean' },
    '10': { type: 'integer' },
    '2': { type: 'null' },
  }),
  'no properties': { type: 'object', properties: {} },
  nothing: {},
  anything: true,
};

/** Families that write each argument in a tag. */
const tagged = [
  'qwen3-coder',
  'glm',
  'kimi-k3',
  'deepseek-v3.2',
  'deepseek-v4',
  'seed-oss',
  'minimax-m2',
  'minicpm',
  'hunyuan',
  'minimax-m3',
  'gemma-4',
  'muse-glimmer',
  'lfm2',
];

/** Numbers from 0 to below 1 that look random: the generator of Park and Miller. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
}

/** A call that the grammar admits must be one for the parser, with arguments that fit. */
function check(format: ToolFormat, tools: readonly ToolDefinition[], written: string): void {
  const read = readReply(format, written, { tools });
  expect([written, read.broken, read.text.trim()]).toEqual([written, [], '']);
  expect([written, read.calls.length > 0]).toEqual([written, true]);
  // What a text must be is left to the tool where texts are written without quotes.
  const texts = !tagged.includes(format.name);
  for (const call of read.calls) {
    const root = tools.find((tool) => tool.name === call.name)?.parameters ?? false;
    expect([
      written,
      call.arguments,
      fitsSchema(root, JSON.parse(call.arguments) as JsonValue, { root, texts }),
    ]).toEqual([written, call.arguments, true]);
  }
}

describe.each(toolFormats.map((format) => [format.name, format] as const))(
  'what the grammar of %s admits',
  (_, format) => {
    it.each(Object.entries(schemas))('is read as calls that fit: %s', (_name, parameters) => {
      const tools: ToolDefinition[] = [
        { name: 'do_it', parameters },
        { name: 'other-tool.x', parameters: object({ path: text }) },
      ];
      for (const choice of ['required', 'auto'] as const) {
        const grammar = new GbnfMatcher(format.grammar({ tools, choice, parallel: true, prompt: '' })?.gbnf ?? '');
        fc.assert(
          fc.property(fc.integer({ min: 1, max: 2 ** 31 - 2 }), fc.integer({ min: 20, max: 200 }), (seed, steps) => {
            check(format, tools, walkGrammar(grammar, numbersFrom(seed), steps));
          }),
          { numRuns: casesOf('call walks') },
        );
      }
    });
  },
);
