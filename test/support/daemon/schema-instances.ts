import * as fc from '../fast-check.ts';
import type { JsonSchema, JsonValue } from '../../../native/protocol/chat.ts';

/** A schema together with values that fit it and values that do not. */
export interface SchemaSample {
  readonly schema: JsonSchema;
  readonly value: JsonValue;
}

type Sampler = fc.Arbitrary<{ readonly schema: JsonSchema; readonly values: fc.Arbitrary<JsonValue> }>;

const key = fc.string({ unit: fc.constantFrom('a', 'b', '_', 'é', '"', ' '), minLength: 1, maxLength: 4 });

const text: Sampler = fc
  .record({ min: fc.nat(3), more: fc.option(fc.nat(4), { nil: undefined }) })
  .map(({ min, more }) => ({
    schema: { type: 'string', minLength: min, ...(more === undefined ? {} : { maxLength: min + more }) },
    values: fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '漢', ' '),
      minLength: min,
      maxLength: min + (more ?? 5),
    }),
  }));

const whole: Sampler = fc
  .record({
    one: fc.integer({ min: -2_000, max: 100_000 }),
    span: fc.nat(5_000),
    sides: fc.constantFrom('both', 'low', 'high'),
  })
  .map(({ one, span, sides }) => {
    const low = sides === 'high' ? undefined : one;
    const high = sides === 'low' ? undefined : one + span;
    return {
      schema: {
        type: 'integer',
        ...(low === undefined ? {} : { minimum: low }),
        ...(high === undefined ? {} : { maximum: high }),
      },
      values: fc.integer({ min: low ?? one - 100_000, max: high ?? one + 10_000_000 }),
    };
  });

const leaf: Sampler = fc.oneof(
  text,
  whole,
  fc.constant({
    schema: { type: 'number' },
    values: fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
      .map((number) => (number === 0 ? 0 : number)),
  }),
  fc.constant({ schema: { type: ['boolean', 'null'] }, values: fc.constantFrom(true, false, null) }),
  fc
    .uniqueArray(fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.boolean()), { minLength: 1, maxLength: 5 })
    .map((values) => ({ schema: { enum: values }, values: fc.constantFrom(...values) })),
  fc.constant({
    schema: true,
    values: fc.jsonValue({ maxDepth: 3, noUnicodeString: false }).map(tame) as fc.Arbitrary<JsonValue>,
  }),
);

function objectOf(inner: Sampler): Sampler {
  const property = fc.record({ key, inner, required: fc.boolean() });
  return fc.uniqueArray(property, { selector: (one) => one.key, maxLength: 5 }).map((properties) => ({
    schema: {
      type: 'object',
      properties: Object.fromEntries(properties.map((one) => [one.key, one.inner.schema])),
      required: properties.filter((one) => one.required).map((one) => one.key),
      additionalProperties: false,
    },
    values: fc
      .tuple(
        ...properties.map((one) => (one.required ? one.inner.values : fc.option(one.inner.values, { nil: undefined }))),
      )
      .map((values) =>
        ordered(
          properties.map((one) => one.key),
          values,
        ),
      ),
  }));
}

function listOf(inner: Sampler): Sampler {
  return fc
    .record({ inner, min: fc.nat(3), more: fc.option(fc.nat(3), { nil: undefined }) })
    .map(({ inner: item, min, more }) => ({
      schema: {
        type: 'array',
        items: item.schema,
        minItems: min,
        ...(more === undefined ? {} : { maxItems: min + more }),
      },
      values: fc.array(item.values, { minLength: min, maxLength: min + (more ?? 3) }),
    }));
}

function eitherOf(inner: Sampler): Sampler {
  return fc.array(inner, { minLength: 1, maxLength: 3 }).map((all) => ({
    schema: { anyOf: all.map((one) => one.schema) },
    values: fc.oneof(...all.map((one) => one.values)),
  }));
}

const nested: Sampler = fc.oneof(
  { weight: 2, arbitrary: leaf },
  { weight: 2, arbitrary: objectOf(leaf) },
  { weight: 1, arbitrary: listOf(leaf) },
);
export const schemaSamples: fc.Arbitrary<SchemaSample> = fc
  .oneof(leaf, objectOf(nested), listOf(nested), eitherOf(nested), objectOf(eitherOf(nested)))
  .chain(({ schema, values }) => values.map((value) => ({ schema, value })));

/** The ways in which models lay out JSON. */
export function layouts(value: JsonValue): string[] {
  const compact = JSON.stringify(value);
  return [compact, spaced(value), JSON.stringify(value, undefined, 2)];
}

/** JSON with a space after each colon and comma. */
export function spaced(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((one: JsonValue) => spaced(one)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, one]) => `${JSON.stringify(name)}: ${spaced(one as JsonValue)}`)
    .join(', ')}}`;
}

/** Objects keep the order of their properties: names that look like numbers would not. */
function ordered(keys: readonly string[], values: readonly (JsonValue | undefined)[]): JsonValue {
  return Object.fromEntries(
    keys.map((name, at) => [name, values[at]]).filter(([, value]) => value !== undefined),
  ) as JsonValue;
}

/** Numbers that JSON writes with more digits than a grammar allows are left out. */
function tame(value: unknown): unknown {
  if (typeof value === 'number') {
    if (Math.abs(value) > 1e15 || (value !== 0 && Math.abs(value) < 1e-15)) return 1;
    return value === 0 ? 0 : value; // -0 becomes 0
  }
  if (Array.isArray(value)) return value.map(tame);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, tame(one)]));
  return value;
}
