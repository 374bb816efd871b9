import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopStringBuffer } from '../../../../native/daemon/session/stop-string-buffer.ts';

const textOf = (tokens: readonly { readonly piece: Uint8Array }[]): string =>
  Buffer.concat(tokens.map((token) => token.piece)).toString('latin1');

function tokensOf(pieces: readonly string[]) {
  return pieces.map((piece, id) => ({ id, piece: Buffer.from(piece, 'latin1') }));
}

describe('a stop hold', () => {
  it('lets text through at once when there is nothing to stop at', () => {
    const hold = new StopStringBuffer([]);
    expect(tokensOf(['a', 'b']).map((token) => textOf(hold.push(token)))).toEqual(['a', 'b']);
  });

  it('holds what may begin a stop string and lets go when it does not', () => {
    const hold = new StopStringBuffer(['END']);
    expect(tokensOf(['x', 'E', 'N', 'x', 'E']).map((token) => textOf(hold.push(token)))).toEqual([
      'x',
      '',
      '',
      'ENx',
      '',
    ]);
    expect(textOf(hold.end(undefined).tokens)).toBe('E');
  });

  it('cuts inside a token and says which token that was', () => {
    const hold = new StopStringBuffer(['\n\n']);
    for (const token of tokensOf(['ab', 'c\n\nd', 'e'])) hold.push(token);
    const { tokens, part, partOf } = hold.end(3);
    expect([textOf(tokens), Buffer.from(part).toString(), partOf?.id]).toEqual(['', 'c', 1]);
  });

  it('never shows any part of a stop string, however the text is cut into tokens', () => {
    const letter = fc.constantFrom('a', 'b');
    const word = fc.array(letter, { minLength: 1, maxLength: 4 }).map((letters) => letters.join(''));
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 12 }),
        fc.array(word, { minLength: 1, maxLength: 2 }),
        (pieces, stops) => {
          const hold = new StopStringBuffer(stops);
          const whole = pieces.join('');
          const places = stops.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
          const stop = places.length === 0 ? undefined : Math.min(...places);
          const shown = tokensOf(pieces)
            .map((token) => textOf(hold.push(token)))
            .join('');
          expect(shown.length).toBeLessThanOrEqual(stop ?? whole.length);
          const { tokens, part } = hold.end(stop);
          expect(shown + textOf(tokens) + Buffer.from(part).toString('latin1')).toBe(whole.slice(0, stop));
        },
      ),
    );
  });
});
