import * as fc from '../../../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { JsonReader } from '../../../../../../native/daemon/chat/formats/reading/streaming-json.ts';

function read(text: string): JsonReader {
  const reader = new JsonReader();
  reader.feed(text);
  return reader;
}

describe('a JSON reader', () => {
  it('ends exactly with the object, and what it took is strictly JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 1, '\t'),
        fc.string(),
        (value, indent, after) => {
          const text = JSON.stringify(value, undefined, indent);
          const reader = new JsonReader();
          expect(reader.feed(text + after)).toBe(text.length);
          expect(reader.complete).toBe(true);
          expect(reader.certainEnd).toBe(text.length);
          expect(
            reader.members.map(({ key, start, end }) => [key, JSON.parse(text.slice(start, end)) as unknown]),
          ).toEqual(Object.entries(JSON.parse(text) as object));
        },
      ),
    );
  });

  it('is not complete a character before', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        (value) => !read(JSON.stringify(value).slice(0, -1)).complete,
      ),
    );
  });

  it.each([
    '{"a": tru}',
    '{"a": 01}',
    '{"a": 1.}',
    '{"a" 1}',
    '{"a": 1,}',
    "{'a': 1}",
    '{"a": [1 2]}',
    '{"a": 1]',
    '5',
    'null',
  ])('breaks at %s', (text) => {
    expect(read(text).broken).toBe(true);
    expect(read(text).certainEnd).toBeLessThan(text.length);
  });

  it('goes on over bad characters in strings, which are no longer strict', () => {
    const reader = read('{"a": "x\ny\\q"}');
    expect(reader.complete).toBe(true);
    expect(reader.certainEnd).toBe(8);
  });

  it('is certain of a string only when another one begins, and not of what may stand behind a missing quote', () => {
    expect(read('{"a": "bc').certainEnd).toBe(9);
    expect(read('{"a": "bc"').certainEnd).toBe(9);
    expect(read('{"a": "bc", "').certainEnd).toBe(13);
    expect(read('{"a": "bc}, ').certainEnd).toBe(9);
    expect(read('{"a": "bc}, d').certainEnd).toBe(13);
    expect(read('{"a": 1').certainEnd).toBe(3);
  });

  it('knows whether it is inside a string', () => {
    expect(read('{"a": "b').inString).toBe(true);
    expect(read('{"a": "b\\"').inString).toBe(true);
    expect(read('{"a": "b"').inString).toBe(false);
  });
});
