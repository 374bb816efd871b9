import * as fc from '../../../support/fast-check.ts';
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
    const { tokens, part, partOf, stop } = hold.end(3);
    expect([textOf(tokens), Buffer.from(part).toString(), partOf?.id, stop]).toEqual(['', 'c', 1, '\n\n']);
  });

  it('names the stop string that came, of two at the same place the one that was complete first', () => {
    const stopOf = (stops: readonly string[], pieces: readonly string[], textBytes: number | undefined) => {
      const hold = new StopStringBuffer(stops);
      for (const [id, piece] of pieces.entries()) hold.push({ id, piece: Buffer.from(piece) });
      return hold.end(textBytes).stop;
    };
    expect(stopOf(['two', 'one'], ['x', 'on', 'e'], 1)).toBe('one');
    expect(stopOf(['stopped', 'stop'], ['a stop'], 2)).toBe('stop');
    expect(stopOf(['停'], ['a', '停'], 1)).toBe('停');
    expect(stopOf(['END'], ['EN'], undefined)).toBeUndefined();
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
          const { tokens, part, stop: found } = hold.end(stop);
          expect(found === undefined || whole.startsWith(found, stop)).toBe(true);
          expect(found === undefined).toBe(stop === undefined);
          expect(shown + textOf(tokens) + Buffer.from(part).toString('latin1')).toBe(whole.slice(0, stop));
        },
      ),
    );
  });
});
