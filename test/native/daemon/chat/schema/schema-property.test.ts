import * as fc from '../../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { GrammarRules } from '../../../../../native/daemon/chat/schema/gbnf.ts';
import { decimalPattern } from '../../../../../native/daemon/chat/schema/numbers/decimal-range.ts';
import { integerPattern } from '../../../../../native/daemon/chat/schema/numbers/integer-range.ts';
import { schemaRule } from '../../../../../native/daemon/chat/schema/compiler.ts';
import { patternExpression } from '../../../../../native/daemon/chat/schema/text/pattern-grammar.ts';
import { readPattern } from '../../../../../native/daemon/chat/schema/text/pattern-reader.ts';
import { textUntil } from '../../../../../native/daemon/chat/schema/text-until.ts';
import type { JsonSchema } from '../../../../../native/protocol/chat.ts';
import { GbnfMatcher } from '../../../../support/daemon/gbnf-matcher.ts';
import { layouts, schemaSamples } from '../../../../support/daemon/schema-instances.ts';

function matcher(schema: JsonSchema): GbnfMatcher {
  const rules = new GrammarRules();
  rules.define('root', schemaRule(rules, schema, 'value'));
  return new GbnfMatcher(rules.toString());
}

/** Matches what a regular expression matches as a whole. */
function patternMatcher(source: string | undefined): GbnfMatcher {
  const rules = new GrammarRules();
  const pattern = readPattern(`^(?:${source})$`);
  rules.define('root', (pattern && patternExpression(rules, pattern)) ?? '');
  return new GbnfMatcher(rules.toString());
}

describe('the grammar of a random schema', () => {
  it('matches what fits the schema, however it is laid out', () => {
    fc.assert(
      fc.property(schemaSamples, ({ schema, value }) => {
        const grammar = matcher(schema);
        for (const text of layouts(value)) expect([text, grammar.matches(text)]).toEqual([text, true]);
      }),
      { numRuns: 300 },
    );
  });

  it('matches nothing that is no JSON', () => {
    fc.assert(
      fc.property(
        schemaSamples,
        fc.nat(),
        fc.constantFrom('', '"', ',', '}', '{', 'x', ':'),
        ({ schema, value }, place, insert) => {
          const text = layouts(value)[1] ?? '';
          const at = place % (text.length + 1);
          const changed = text.slice(0, at) + insert + text.slice(at + 1);
          let parsed = true;
          try {
            JSON.parse(changed);
          } catch {
            parsed = false; // the change broke it
          }
          if (!parsed) expect([changed, matcher(schema).matches(changed)]).toEqual([changed, false]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a range of decimal numbers', () => {
  it('matches exactly the numbers in it, in the notations that models use', () => {
    const bound = fc.oneof(
      fc.integer({ min: -120, max: 120 }),
      fc.integer({ min: -4_000, max: 4_000 }).map((number) => number / 100),
    );
    const number = fc.oneof(
      fc.integer({ min: -150, max: 150 }),
      fc.double({ min: -150, max: 150, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    const written = fc.tuple(
      number,
      fc.constantFrom<(value: number) => string>(
        String,
        (value) => value.toFixed(0),
        (value) => value.toFixed(2),
        (value) => value.toFixed(12),
      ),
    );
    fc.assert(
      fc.property(bound, bound, written, (one, other, [value, write]) => {
        const [min, max] = [Math.min(one, other), Math.max(one, other)];
        const closed = (bound: number) => ({ value: bound, exclusive: false });
        const grammar = patternMatcher(decimalPattern(closed(min), closed(max)));
        const text = write(value);
        fc.pre(Math.abs(value) > 1e-90 && (Number(text) !== 0 || !text.startsWith('-')));
        expect([text, grammar.matches(text)]).toEqual([text, Number(text) >= min && Number(text) <= max]);
        for (const edge of [String(min), String(max)]) expect(grammar.matches(edge)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a range of whole numbers', () => {
  it('matches exactly the numbers in it', () => {
    const bound = fc.option(fc.integer({ min: -12_000, max: 12_000 }), { nil: undefined });
    fc.assert(
      fc.property(bound, bound, fc.integer({ min: -15_000, max: 15_000 }), (min, max, number) => {
        const pattern = integerPattern(min, max);
        if (pattern === undefined) {
          expect((min ?? 0) > (max ?? 0)).toBe(true);
          return;
        }
        const grammar = patternMatcher(pattern);
        const inside = (min === undefined || number >= min) && (max === undefined || number <= max);
        expect(grammar.matches(String(number))).toBe(inside);
        for (const edge of [min, max]) if (edge !== undefined) expect(grammar.matches(String(edge))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a pattern', () => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '[ab]',
    '[^a]',
    '.',
    '\\d',
    '\\w',
    '\\s',
    '\\.',
    '"',
    '\\\\',
    '(?:ab|c)',
    '(a|)',
    '[a-c"\\\\]',
    '\\n',
  );
  const part = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{2}', '{1,3}', '{0,}')).map((both) => both.join(''));
  const patterns = fc
    .tuple(fc.constantFrom('^', ''), fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom('$', ''))
    .map(([start, parts, end]) => start + parts.join('') + end);

  it('matches inside a JSON string what the regular expression matches', () => {
    fc.assert(
      fc.property(
        patterns,
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '"', '\\', '.', ' ', '\n'), maxLength: 6 }),
        (pattern, text) => {
          const rules = new GrammarRules();
          const read = readPattern(pattern);
          const expression = read && patternExpression(rules, read);
          if (expression === undefined) {
            expect(pattern).toMatch(/\(a\|\)(?:\*|\{0,\}|\+)/); // an endless repetition of nothing
            return;
          }
          rules.define('root', expression);
          const written = JSON.stringify(text).slice(1, -1);
          expect(new GbnfMatcher(rules.toString()).matches(written)).toBe(new RegExp(pattern, 'u').test(text));
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe('text up to a delimiter', () => {
  it('ends with its first occurrence', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '<'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        letters,
        fc.string({ unit: fc.constantFrom('a', 'b', '<', 'é'), maxLength: 12 }),
        (delimiter, text) => {
          const rules = new GrammarRules();
          rules.define('root', textUntil(rules, delimiter));
          const grammar = new GbnfMatcher(rules.toString());
          expect(grammar.matches(text)).toBe(
            text.indexOf(delimiter) === text.length - delimiter.length && text.includes(delimiter),
          );
          expect(grammar.matches(text + delimiter)).toBe((text + delimiter).indexOf(delimiter) === text.length);
        },
      ),
      { numRuns: 400 },
    );
  });
});
