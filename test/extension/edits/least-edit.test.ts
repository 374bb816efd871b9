import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastEdits, withEol, type TextEdit } from '../../../extension/edits/least-edit.ts';

function applied(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .reverse()
    .reduce((out, { start, end, text: part }) => out.slice(0, start) + part + out.slice(end), text);
}

describe('the least edits', () => {
  it('touch only what differs', () => {
    expect(leastEdits('one\ntwo\nthree\n', 'one\n2\nthree\n')).toEqual([{ start: 4, end: 7, text: '2' }]);
    expect(leastEdits('a\nb\nc\nd\n', 'A\nb\nc\nD\n')).toEqual([
      { start: 0, end: 1, text: 'A' },
      { start: 6, end: 7, text: 'D' },
    ]);
    expect(leastEdits('same', 'same')).toEqual([]);
    expect(leastEdits('', 'new\n')).toEqual([{ start: 0, end: 0, text: 'new\n' }]);
  });

  it('part no line end and no surrogate pair', () => {
    expect(leastEdits('a\r\n', 'a\n')).not.toContainEqual(expect.objectContaining({ start: 2 }));
    expect(leastEdits('\u{1F600}', '\u{1F601}')).toEqual([{ start: 0, end: 2, text: '\u{1F601}' }]);
  });

  it('make the new text of any old one', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '\n', '\r\n', ' ', '\u{1F600}'), { maxLength: 40 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const edits = leastEdits(before, after);
        expect(applied(before, edits)).toBe(after);
        for (const [at, edit] of edits.entries())
          expect(edit.start).toBeGreaterThanOrEqual(at === 0 ? 0 : (edits[at - 1]?.end ?? 0));
      }),
    );
  });

  it('of very long texts are one span', () => {
    const long = 'line\n'.repeat(200_000);
    expect(leastEdits(`x${long}`, `y${long}`)).toEqual([{ start: 0, end: 1, text: 'y' }]);
  });
});

it('line ends become those of the file', () => {
  expect(withEol('a\nb\r\nc\rd', '\r\n')).toBe('a\r\nb\r\nc\r\nd');
});
