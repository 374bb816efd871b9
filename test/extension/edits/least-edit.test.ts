import * as fc from '../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { leastEdit, leastEdits, withEol } from '../../../extension/edits/least-edit.ts';
import type { TextEdit } from '../../../extension/workspace/span.ts';

function applied(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .reverse()
    .reduce((out, { from, to, text: part }) => out.slice(0, from) + part + out.slice(to), text);
}

describe('the least edits', () => {
  it('touch only what differs', () => {
    expect(leastEdits('one\ntwo\nthree\n', 'one\n2\nthree\n')).toEqual([{ from: 4, to: 7, text: '2' }]);
    expect(leastEdits('a\nb\nc\nd\n', 'A\nb\nc\nD\n')).toEqual([
      { from: 0, to: 1, text: 'A' },
      { from: 6, to: 7, text: 'D' },
    ]);
    expect(leastEdits('same', 'same')).toEqual([]);
    expect(leastEdits('', 'new\n')).toEqual([{ from: 0, to: 0, text: 'new\n' }]);
  });

  it.each([
    ['a\r\n', 'a\n', { from: 1, to: 3, text: '\n' }],
    ['a\n', 'a\r\n', { from: 1, to: 2, text: '\r\n' }],
    ['a\r\nb', 'a\rb', { from: 1, to: 3, text: '\r' }],
    ['\u{1F600}', '\u{1F601}', { from: 0, to: 2, text: '\u{1F601}' }],
    ['\u{1F600}', '\u{1FA00}', { from: 0, to: 2, text: '\u{1FA00}' }],
  ])('never split a line end or a surrogate pair: %j to %j', (before, after, edit) => {
    expect(leastEdits(before, after)).toEqual([edit]);
    expect(leastEdit(before, after)).toEqual(edit);
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
          expect(edit.from).toBeGreaterThanOrEqual(at === 0 ? 0 : (edits[at - 1]?.to ?? 0));
      }),
    );
  });

  it('of very long texts are one span', () => {
    const long = 'line\n'.repeat(200_000);
    expect(leastEdits(`x${long}`, `y${long}`)).toEqual([{ from: 0, to: 1, text: 'y' }]);
  });
});

it('line ends become those of the file', () => {
  expect(withEol('a\nb\r\nc\rd', '\r\n')).toBe('a\r\nb\r\nc\r\nd');
});
