import * as fc from '../fast-check.ts';
import type { JsonSchema, JsonValue } from '../../../native/protocol/chat.ts';

/** Names, texts and numbers are few, so that what is drawn for a value often meets what was drawn for a schema. */
const key = fc.constantFrom('a', 'b', 'ab', 'x1', '1');
const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', 'é', '"', ' '), maxLength: 4 });
const number = fc.oneof(
  fc.integer({ min: -3, max: 12 }),
  fc.integer({ min: -12, max: 48 }).map((quarters) => quarters / 4),
);
const leaf: fc.Arbitrary<JsonValue> = fc.oneof(text, number, fc.boolean(), fc.constant(null)).map(plain);

function valuesOf(depth: number): fc.Arbitrary<JsonValue> {
  if (depth === 0) return leaf;
  const inner = valuesOf(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(inner, { maxLength: 3 }) },
    { weight: 3, arbitrary: fc.dictionary(key, inner, { maxKeys: 4, noNullPrototype: true }) },
  );
}

/** Values for the schemas below. */
export const fuzzValues: fc.Arbitrary<JsonValue> = valuesOf(2);

const pattern = fc.constantFrom('^a', 'b$', '^[ab]{1,2}$', '1', '^(?:a|é)*$', '^(?!a)', '^(?=.*1)[a1]+$', '\\p{L}');
const count = fc.integer({ min: 0, max: 3 });

const texts = fc.record(
  {
    type: fc.constant('string'),
    minLength: count,
    maxLength: count,
    pattern,
  },
  { requiredKeys: ['type'] },
);

const numbers = fc.record(
  {
    type: fc.constantFrom('number', 'integer'),
    minimum: number,
    maximum: number,
    exclusiveMinimum: number,
    exclusiveMaximum: number,
    multipleOf: fc.constantFrom(1, 2, 3, 0.5, 0.25),
  },
  { requiredKeys: ['type'] },
);

const leafSchema: fc.Arbitrary<JsonSchema> = fc.oneof(
  { weight: 4, arbitrary: texts },
  { weight: 4, arbitrary: numbers },
  { weight: 2, arbitrary: fc.record({ enum: fc.uniqueArray(leaf, { minLength: 1, maxLength: 3, selector: String }) }) },
  { weight: 1, arbitrary: fc.record({ const: leaf }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('boolean', 'null', ['string', 'null']) }) },
  { weight: 1, arbitrary: fc.boolean() },
);

function objects(inner: fc.Arbitrary<JsonSchema>): fc.Arbitrary<JsonSchema> {
  return fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(key, inner, { maxKeys: 3, noNullPrototype: true }),
      required: fc.uniqueArray(key, { maxLength: 2 }),
      additionalProperties: inner,
      patternProperties: fc.dictionary(pattern, inner, { maxKeys: 2, noNullPrototype: true }),
      propertyNames: fc.record({ pattern }),
      minProperties: count,
      maxProperties: count,
      dependentRequired: fc.dictionary(key, fc.uniqueArray(key, { maxLength: 2 }), {
        maxKeys: 1,
        noNullPrototype: true,
      }),
    },
    { requiredKeys: [] },
  );
}

function lists(inner: fc.Arbitrary<JsonSchema>): fc.Arbitrary<JsonSchema> {
  return fc.record(
    {
      type: fc.constant('array'),
      items: inner,
      prefixItems: fc.array(inner, { minLength: 1, maxLength: 2 }),
      minItems: count,
      maxItems: count,
    },
    { requiredKeys: ['type'] },
  );
}

function together(inner: fc.Arbitrary<JsonSchema>): fc.Arbitrary<JsonSchema> {
  const some = fc.array(inner, { minLength: 1, maxLength: 2 });
  return fc.oneof(fc.record({ anyOf: some }), fc.record({ allOf: some }));
}

/** Conditions on one property, as schemas of variants have them. */
function variants(inner: fc.Arbitrary<JsonSchema>): fc.Arbitrary<JsonSchema> {
  return fc.record({
    type: fc.constant('object'),
    if: fc.record({
      properties: fc.tuple(key, leaf).map(([name, value]) => ({ [name]: { const: value } })),
      required: fc.uniqueArray(key, { maxLength: 1 }),
    }),
    // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
    then: inner,
    else: inner,
  });
}

const parts = fc.oneof(leafSchema, objects(leafSchema), lists(leafSchema));

/** Schemas whose grammars admit exactly what fits. */
export const exactSchemas: fc.Arbitrary<JsonSchema> = fc.oneof(
  { weight: 1, arbitrary: leafSchema },
  { weight: 4, arbitrary: objects(parts) },
  { weight: 2, arbitrary: lists(parts) },
  { weight: 2, arbitrary: together(parts) },
);

/** Schemas of which the grammar may admit more. */
export const looseSchemas: fc.Arbitrary<JsonSchema> = fc.oneof(
  variants(parts),
  fc.record({ not: parts }),
  fc.record({ oneOf: fc.array(parts, { minLength: 1, maxLength: 3 }) }),
  fc.record({ type: fc.constant('array'), contains: leafSchema, uniqueItems: fc.boolean(), minItems: count }),
  fc.record({ allOf: fc.array(fc.oneof(variants(parts), fc.record({ not: parts }), parts), { maxLength: 3 }) }),
  fc.record({ allOf: fc.array(objects(parts), { minLength: 2, maxLength: 3 }) }),
  fc.record({
    type: fc.constant('object'),
    properties: fc.dictionary(key, parts, { maxKeys: 2, noNullPrototype: true }),
    dependentSchemas: fc.dictionary(key, parts, { maxKeys: 2, noNullPrototype: true }),
    unevaluatedProperties: fc.boolean(),
  }),
);

/** JSON has no number that is minus zero and reads as such. */
function plain(value: JsonValue): JsonValue {
  return value === 0 ? 0 : value;
}
