// Faked: the document, in memory, with undo.
import * as fc from '../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { ProvisionalEdit } from '../../../extension/inline/provisional-edit.ts';
import { MemoryBuffer } from '../../support/extension/memory-buffer.ts';

const head = 'const one = 1;\n\n';
const body = 'function add(a, b) {\n  return a + b;\n}';
const tail = '\n\nconst two = 2;\n';
const whole = head + body + tail;
const span = { from: head.length, to: head.length + body.length };
const arrow = 'const add = (a, b) => a + b;';

function open(text = whole, at = span) {
  const buffer = new MemoryBuffer(text);
  const touched: boolean[] = [];
  return { buffer, touched, edit: new ProvisionalEdit(buffer, text, at, (rewound) => touched.push(rewound)) };
}

describe('a provisional edit', () => {
  it('shows new lines above the old ones that are not reached yet', async () => {
    const { buffer, edit } = open();
    await edit.show('const add = (a');
    expect(buffer.text).toBe(`${head}const add = (a\n  return a + b;\n}${tail}`);
    await edit.show('const add = (a, b) =>\n  a');
    expect(buffer.text).toBe(`${head}const add = (a, b) =>\n  a\n}${tail}`);
    await edit.finish(arrow);
    expect(buffer.text).toBe(head + arrow + tail);
  });

  it('is taken back by one step of undo, however many pieces it came in', async () => {
    const { buffer, edit, touched } = open();
    for (let length = 1; length <= arrow.length; length++) await edit.show(arrow.slice(0, length));
    await edit.finish(arrow);
    expect(buffer.edits).toBeGreaterThan(10);
    buffer.undo();
    expect(buffer.text).toBe(whole);
    expect(touched).toEqual([true]);
    expect(await edit.current()).toBe(body);
  });

  it('puts back exactly what stood there', async () => {
    const { buffer, edit } = open();
    await edit.show(arrow);
    expect(await edit.restore()).toBe(true);
    expect(buffer.text).toBe(whole);
  });

  it('follows its place while the user writes elsewhere, and keeps that apart in undo', async () => {
    const { buffer, edit, touched } = open();
    await edit.show('const add');
    buffer.type(0, '// first\n');
    buffer.type((buffer.text ?? '').length, '// last\n');
    await edit.finish(arrow);
    expect(buffer.text).toBe(`// first\n${head}${arrow}${tail}// last\n`);
    expect(touched).toEqual([]);
    await edit.restore();
    expect(buffer.text).toBe(`// first\n${whole}// last\n`);
  });

  it('tells when the user writes into it', async () => {
    const { buffer, edit, touched } = open();
    await edit.finish(arrow);
    buffer.type(edit.span.from + 3, 'X');
    expect(touched).toEqual([false]);
    expect(await edit.current()).toBe('conXst add = (a, b) => a + b;');
  });

  it('keeps the line ends of the document', async () => {
    const text = whole.replaceAll('\n', '\r\n');
    const { buffer, edit } = open(text, { from: text.indexOf('function'), to: text.indexOf('}') + 1 });
    await edit.show('a\nb');
    expect(buffer.text).toBe(`const one = 1;\r\n\r\na\r\nb\r\n}\r\n\r\nconst two = 2;\r\n`);
    await edit.finish('a\nb');
    expect(buffer.text).toBe(`const one = 1;\r\n\r\na\r\nb\r\n\r\nconst two = 2;\r\n`);
    await edit.restore();
    expect(buffer.text).toBe(text);
  });

  it('says when the document refuses, and when it is another one', async () => {
    const { buffer, edit } = open();
    buffer.readOnly = true;
    expect(await edit.finish(arrow)).toBe(false);
    buffer.readOnly = false;
    buffer.text = 'read anew from disk';
    expect(await edit.finish(arrow)).toBe(false);
    expect(buffer.text).toBe('read anew from disk');
    buffer.text = undefined;
    expect(await edit.restore()).toBe(false);
  });

  it('of a closed document is put back where it was saved, and only there', async () => {
    for (const [left, expected, done] of [
      [head + arrow + tail, whole, true],
      [whole, whole, true],
      ['other', 'other', false],
    ] as const) {
      const { buffer, edit } = open();
      await edit.finish(arrow);
      const closed = buffer.text ?? '';
      buffer.text = left;
      expect(await edit.restoreClosed(closed)).toBe(done);
      expect(buffer.text).toBe(expected);
    }
  });

  it('ends as it should whatever the user types around it meanwhile', async () => {
    const typing = fc.array(
      fc.record({ front: fc.boolean(), text: fc.constantFrom('x', 'yy\n', '\n'), shown: fc.nat(arrow.length) }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(typing, fc.boolean(), async (steps, accepted) => {
        const { buffer, edit, touched } = open();
        let [front, back] = ['', ''];
        for (const { front: isFront, text, shown } of steps) {
          const showing = edit.show(arrow.slice(0, shown));
          if (isFront) {
            buffer.type(front.length, text);
            front += text;
          } else {
            buffer.type((buffer.text ?? '').length, text);
            back += text;
          }
          expect(await showing).toBe(true);
        }
        expect(await (accepted ? edit.finish(arrow) : edit.restore())).toBe(true);
        expect(buffer.text).toBe(`${front}${head}${accepted ? arrow : body}${tail}${back}`);
        expect(touched).toEqual([]);
      }),
    );
  });
});
