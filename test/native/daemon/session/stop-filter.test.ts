import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopFilter } from '../../../../native/daemon/session/stop-filter.ts';

/** A filter for tokens with these bytes; the id of a token is its place. */
function filterOf(pieces: readonly string[], stops: readonly string[]) {
  const bytes = pieces.map((piece) => Buffer.from(piece, 'latin1'));
  const textOf = (ids: readonly number[]): string => Buffer.concat(ids.map((id) => bytes[id]!)).toString('latin1');
  const filter = new StopFilter(stops, (id) => bytes[id]!);
  return { filter, textOf, pushAll: () => pieces.map((_piece, id) => textOf(filter.push(id))) };
}

describe('a stop filter', () => {
  it('lets text through at once when there is nothing to stop at', () => {
    expect(filterOf(['a', 'b'], []).pushAll()).toEqual(['a', 'b']);
  });

  it('holds what may begin a stop string and lets go when it does not', () => {
    const { filter, textOf, pushAll } = filterOf(['x', 'E', 'N', 'x', 'E'], ['END']);
    expect(pushAll()).toEqual(['x', '', '', 'ENx', '']);
    expect(textOf(filter.end(undefined).ids)).toBe('E');
  });

  it('cuts inside a token and says which token that was', () => {
    const { filter, textOf, pushAll } = filterOf(['ab', 'c\n\nd', 'e'], ['\n\n']);
    pushAll();
    const { ids, part, partOf } = filter.end(3);
    expect([textOf(ids), Buffer.from(part).toString(), partOf]).toEqual(['', 'c', 1]);
  });

  it('never shows any part of a stop string, however the text is cut into tokens', () => {
    const letter = fc.constantFrom('a', 'b');
    const word = fc.array(letter, { minLength: 1, maxLength: 4 }).map((letters) => letters.join(''));
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 12 }),
        fc.array(word, { minLength: 1, maxLength: 2 }),
        (pieces, stops) => {
          const { filter, textOf, pushAll } = filterOf(pieces, stops);
          const whole = pieces.join('');
          const places = stops.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
          const stop = places.length === 0 ? undefined : Math.min(...places);
          const shown = pushAll().join('');
          expect(shown.length).toBeLessThanOrEqual(stop ?? whole.length);
          const { ids, part } = filter.end(stop);
          expect(shown + textOf(ids) + Buffer.from(part).toString('latin1')).toBe(whole.slice(0, stop));
        },
      ),
    );
  });
});
