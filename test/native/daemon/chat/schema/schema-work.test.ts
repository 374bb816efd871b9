import { describe, expect, it } from 'vitest';
import { schemaObject } from '../../../../../native/daemon/chat/formats/tool-schema.ts';
import { GrammarRules } from '../../../../../native/daemon/chat/schema/gbnf.ts';
import { schemaRule } from '../../../../../native/daemon/chat/schema/compiler.ts';
import type { JsonSchema } from '../../../../../native/protocol/chat.ts';
import { GbnfMatcher } from '../../../../support/daemon/gbnf-matcher.ts';

/** Values that count how often they are compared. */
function countedValues(count: number): { values: { readonly value: number }[]; looks: () => number } {
  let looks = 0;
  const values = Array.from({ length: count }, (_, at) => ({
    get value(): number {
      looks += 1;
      return at;
    },
  }));
  return { values, looks: () => looks };
}

/** Schemas that count how often a keyword of theirs is read. */
function countedSchemas(count: number): { schemas: JsonSchema[]; looks: () => number } {
  let looks = 0;
  const schemas = Array.from({ length: count }, (_, at) => {
    const property = {
      get type(): string {
        looks += 1;
        return 'integer';
      },
    };
    return { type: 'object', properties: { [`p${at}`]: property } };
  });
  return { schemas, looks: () => looks };
}

function compile(schema: JsonSchema): string {
  const rules = new GrammarRules();
  rules.define('root', schemaRule(rules, schema, 'value'));
  return rules.toString();
}

describe('schemas that must all fit', () => {
  it('are compared value by value once, not each with each', () => {
    const { values, looks } = countedValues(3_000);
    compile({ allOf: [{ enum: values }, { enum: values }] });
    expect(looks()).toBeLessThan(20_000);
  });

  it('take bounded work, however many and large they are', () => {
    const enums = countedValues(20_000);
    compile({ allOf: Array.from({ length: 300 }, () => ({ enum: enums.values })) });
    expect(enums.looks()).toBeLessThan(500_000);
    const objects = countedSchemas(4_000);
    compile({ allOf: objects.schemas });
    expect(objects.looks()).toBeLessThan(500_000);
  });

  it('are not looked at further where the work is spent or the grammar is full', () => {
    const longer = countedValues(400_000);
    compile({ allOf: [{ enum: longer.values }, { enum: longer.values }] });
    compile({ enum: longer.values });
    expect(longer.looks()).toBeLessThan(20_000);
    const merged = countedValues(110_000);
    compile({ allOf: Array.from({ length: 4 }, () => ({ enum: merged.values })) });
    expect(merged.looks()).toBeLessThan(300_000);
  });

  it('admit more where the work ends, never less', () => {
    const some = Array.from({ length: 900 }, (_, at) => at);
    const grammar = new GbnfMatcher(compile({ allOf: Array.from({ length: 900 }, () => ({ enum: some })) }));
    expect(grammar.matches('7')).toBe(true);
    const parts = Array.from({ length: 2_000 }, (_, at) => ({ type: 'object', properties: { [`p${at}`]: true } }));
    expect(new GbnfMatcher(compile({ allOf: parts })).matches('{"p1": 1}')).toBe(true);
  });

  it('still exclude each other where the work is small', () => {
    const grammar = new GbnfMatcher(
      compile({ allOf: [{ enum: [1, 2, { a: 1, b: 2 }] }, { enum: [2, { b: 2, a: 1 }] }] }),
    );
    expect([grammar.matches('1'), grammar.matches('2'), grammar.matches('{"a": 1, "b": 2}')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('take bounded work also when a call is read', () => {
    const objects = countedSchemas(4_000);
    expect(schemaObject({ allOf: objects.schemas }).properties.size).toBeGreaterThan(0);
    expect(objects.looks()).toBeLessThan(50_000);
  });
});

describe('a constant and values', () => {
  it('are compared with one text of the constant', () => {
    const { values, looks } = countedValues(1);
    compile({ const: values[0]!, enum: [...Array.from({ length: 5_000 }, (_, at) => at), { value: 0 }] });
    expect(looks()).toBeLessThan(10);
  });
});

describe('strings with a largest length', () => {
  it('are held to it, also several in one object', () => {
    const names = Array.from({ length: 8 }, (_, at) => `s${at}`);
    const gbnf = compile({
      type: 'object',
      properties: Object.fromEntries(names.map((name) => [name, { type: 'string', maxLength: 255 }])),
    });
    expect(gbnf.match(/\{0,255\}/g)?.length).toBeGreaterThanOrEqual(8);
    expect(gbnf.length).toBeLessThan(4_000);
  });
});
