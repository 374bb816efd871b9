import * as fc from '../../../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { readObject } from '../../../../../../native/daemon/chat/formats/reading/argument-repair.ts';

describe('reading arguments', () => {
  it('leaves a valid object as it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value, undefined, 1);
        expect(readObject(`\n${text} `)).toMatchObject({ json: text, repaired: false });
      }),
    );
  });

  it('keeps what was streamed when it closes what is open', () => {
    fc.assert(
      fc.property(
        fc.record({ path: fc.string(), n: fc.integer(), list: fc.array(fc.string()) }),
        fc.nat(40),
        (value, cut) => {
          const text = JSON.stringify(value);
          const part = text.slice(0, Math.max(1, text.length - cut));
          const read = readObject(part);
          if (read) expect(JSON.parse(read.json)).toBeTypeOf('object');
        },
      ),
    );
  });

  it.each([
    ['', {}],
    ['null', {}],
    ['{"a": True, "b": None}', { a: true, b: null }],
    ["{'a': 'it\\'s'}", { a: "it's" }],
    ['{"a": "x', { a: 'x' }],
    [String.raw`{"a": "C:\Users\x.txt"}`, { a: String.raw`C:\Users\x.txt` }],
    [String.raw`{"a": "\d+\s*\n", "b": '\w'}`, { a: '\\d+\\s*\n', b: String.raw`\w` }],
    [String.raw`{"a": "\u12\x41"}`, { a: String.raw`\u12\x41` }],
    ['{"a": [1, 2', { a: [1, 2] }],
    ['arguments: {"a": 1}', { a: 1 }],
    ['```json\n{"a": 1}\n```', { a: 1 }],
    ['"{\\"a\\": 1}"', { a: 1 }],
    ['{"a": """x "y"\n z\\t""", "b": 1}', { a: 'x "y"\n z\t', b: 1 }],
    ["{'a': '''it's''', 'b': [\"\"\"\"\"\"]}", { a: "it's", b: [''] }],
  ])('mends %s', (text, value) => {
    expect(readObject(text)).toMatchObject({ value, repaired: true });
  });

  it.each(['hello', '[1, 2]', '[{"a": 1}, {"b": 2}]', '12', '"text"', 'please {"a": 1}', '{"a": 1} {"b": 2} {'])(
    'finds no object in %s',
    (text) => {
      expect(readObject(text)).toBeUndefined();
    },
  );

  it('gives up on what is nested too deeply to mend', () => {
    expect(readObject('{"a":'.repeat(100_000))).toBeUndefined();
  });
});
