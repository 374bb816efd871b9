import { describe, expect, it } from 'vitest';
import { textOf } from '../../../../extension/context/parsing/source-text.ts';

const text = 'def größe(): pass\n';
const little = Buffer.from(text, 'utf16le');
const big = Buffer.from(little).swap16();

describe('a source is decoded', () => {
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 LE with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), little])],
    ['UTF-16 BE with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), big])],
    ['UTF-16 LE', little],
    ['UTF-16 BE', big],
  ])('from %s', (_, bytes) => {
    const before = Buffer.from(bytes);
    expect(textOf(bytes)).toBe(text);
    expect(bytes, 'the bytes are only read').toEqual(before);
  });

  it('as far as it goes, if the last character is cut', () => {
    expect(textOf(Buffer.concat([Buffer.from([0xfe, 0xff]), big.subarray(0, -1)]))).toBe(text.slice(0, -1));
  });

  it('unless it is binary', () => {
    for (const bytes of [[97, 0, 98], [0], [0, 0, 0, 97], [97, 0, 0, 98, 97, 0]])
      expect(textOf(Buffer.from(bytes)), String(bytes)).toBeUndefined();
  });

  it('to nothing if it is empty', () => {
    expect(textOf(Buffer.alloc(0))).toBe('');
  });
});
