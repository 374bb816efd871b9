import { describe, expect, it } from 'vitest';
import { hasMixedEnds, withOldEnds } from '../../../extension/edits/line-ends.ts';

describe('line ends', () => {
  it.each([
    ['a\nb\n', false],
    ['a\r\nb\r\n', false],
    ['a\r\nb\n', true],
    ['a\rb\r', true],
    ['a\r\nb\rc', true],
    ['a', false],
  ])('of %j are mixed: %s', (text, mixed) => {
    expect(hasMixedEnds(text)).toBe(mixed);
  });

  it.each([
    ['of lines that were not edited stay', 'a\r\nb\nc\rd', 'a\nB\nc\nd', 'a\r\nB\nc\rd'],
    ['of an edited line stay too', 'a\nb\r\nc\n', 'a\nB\nc\n', 'a\nB\r\nc\n'],
    ['of new lines are those of the line before', 'a\r\nb\nc\n', 'a\nx\ny\nb\nc\n', 'a\r\nx\r\ny\r\nb\nc\n'],
    ['of new first lines are those of what followed', 'a\r\nb\n', 'x\na\nb\n', 'x\r\na\r\nb\n'],
    ['of what follows a deletion stay', 'a\r\nb\nc\rd\n', 'a\nd\n', 'a\r\nd\n'],
    ['at the end of the text may come and go', 'a\r\nb\nc', 'a\nb\nc\n', 'a\r\nb\nc\n'],
    ['at the end of the text may go', 'a\r\nb\nc\r\n', 'a\nb\nc', 'a\r\nb\nc'],
    ['of empty lines stay', '\r\n\n\r\na\n', '\n\n\nA\n', '\r\n\n\r\nA\n'],
    ['come from the text itself if there was none', '', 'a\r\nb\r\n', 'a\r\nb\r\n'],
  ])('%s', (_, before, after, expected) => {
    expect(withOldEnds(before, after)).toBe(expected);
    expect(withOldEnds(before, after.replaceAll('\n', '\r\n').replaceAll('\r\r\n', '\r\n')), 'as saved with CRLF').toBe(
      expected,
    );
  });

  it('change nothing else, and come back whole when an edit is taken back', () => {
    let state = 7;
    const next = (below: number) => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) % below;
    const text = (count: number) =>
      Array.from({ length: count }, () => `${'abc'.charAt(next(3))}${['\n', '\r\n', '\r'][next(3)] ?? ''}`).join('');
    const plain = (one: string) => one.replace(/\r\n|\r|\n/g, '\n');
    for (let round = 0; round < 500; round++) {
      const [before, after] = [text(next(8)), text(next(8))];
      expect(plain(withOldEnds(before, plain(after)))).toBe(plain(after));
      expect(withOldEnds(before, plain(before))).toBe(before);
    }
  });
});
