import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompletionText } from '../../../../../native/daemon/openai/completions/completion-text.ts';
import { scriptedModel } from '../../../../support/scripted-model.ts';

const { vocabulary } = scriptedModel({}); // a token is a byte, 0 ends a generation

function run(text: string, stop: readonly string[], batch: number): string[] {
  const reader = new CompletionText(vocabulary, stop);
  const bytes = [...Buffer.from(text)];
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += batch) pieces.push(reader.push(bytes.slice(at, at + batch)));
  pieces.push(reader.end());
  expect(reader.text).toBe(pieces.join(''));
  return pieces;
}

describe('the text of a completion', () => {
  it('ends before the stop string that is complete first, however its tokens are cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 20 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 4 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(letters, stops, fc.integer({ min: 1, max: 5 }), (text, stop, batch) => {
        const found = stop
          .filter((each) => text.includes(each))
          .map((each) => ({ start: text.indexOf(each), end: text.indexOf(each) + each.length }));
        const first = Math.min(...found.map(({ end }) => end));
        const start = Math.min(text.length, ...found.filter(({ end }) => end === first).map((one) => one.start));
        expect(run(text, stop, batch).join('')).toBe(text.slice(0, start));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps back only what may become a stop string', () => {
    expect(run('abcab', ['abd'], 1)).toEqual(['', '', 'abc', '', '', 'ab']);
  });

  it("gives each token's logprob with its text, and none for a stop string", () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '🌍'), maxLength: 20 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 4 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(letters, stops, (text, stop) => {
        const reader = new CompletionText(vocabulary, stop);
        const told: number[] = [];
        let shown = '';
        const take = (piece: string): void => {
          shown += piece;
          const placed = reader.takeLogprobs();
          told.push(...placed.map(({ entry }) => entry.token));
          expect(placed.every(({ offset }) => offset >= shown.length - piece.length && offset < shown.length)).toBe(
            true,
          );
          expect(Buffer.from(told).toString()).toBe(shown);
        };
        for (const byte of [...Buffer.from(text), 0])
          take(
            reader.push(
              [byte],
              [{ token: byte, logprob: -1, topTokens: new Int32Array(), topLogprobs: new Float32Array() }],
            ),
          );
        take(reader.end());
      }),
      { numRuns: 500 },
    );
  });

  it('replaces bytes that never become a character', () => {
    const reader = new CompletionText(vocabulary, []);
    expect(reader.push([0x61, 0xc3]) + reader.end()).toBe('a\uFFFD');
  });
});
