import * as fc from '../../../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { CompletionText } from '../../../../../../native/daemon/http/openai/completions/completion-text.ts';
import { firstStop, scriptedModel } from '../../../../../support/daemon/scripted-model.ts';

const { vocabulary } = scriptedModel({}); // a token is a byte, 0 ends a generation

/** The byte offsets of the stop string at which the engine ends `text`. */
function stopOf(text: string, stops: readonly string[]) {
  const latin1 = (characters: string): string => Buffer.from(characters).toString('latin1');
  return firstStop(latin1(text), stops.map(latin1));
}

function run(text: string, stops: readonly string[], batch: number): string[] {
  const reader = new CompletionText(vocabulary, stops);
  const stop = stopOf(text, stops);
  const bytes = [...Buffer.from(text)].slice(0, stop?.end);
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += batch) pieces.push(reader.push(bytes.slice(at, at + batch)));
  pieces.push(reader.end(stop?.start));
  expect(reader.text).toBe(pieces.join(''));
  return pieces;
}

describe('the text of a completion', () => {
  it('ends where the engine found the stop string, however the tokens arrive', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 20 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 4 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(letters, stops, fc.integer({ min: 1, max: 5 }), (text, stop, batch) => {
        expect(run(text, stop, batch).join('')).toBe(text.slice(0, firstStop(text, stop)?.start));
      }),
      { numRuns: 1000 },
    );
  });

  it('withholds only what may become a stop string', () => {
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
        const found = stopOf(text, stop);
        const bytes = [...Buffer.from(text)];
        for (const byte of found === undefined ? [...bytes, 0] : bytes.slice(0, found.end))
          take(
            reader.push(
              [byte],
              [{ token: byte, logprob: -1, topTokens: new Int32Array(), topLogprobs: new Float32Array() }],
            ),
          );
        take(reader.end(found?.start));
      }),
      { numRuns: 500 },
    );
  });

  it('replaces bytes that never become a character', () => {
    const reader = new CompletionText(vocabulary, []);
    expect(reader.push([0x61, 0xc3]) + reader.end(undefined)).toBe('a\uFFFD');
  });
});
