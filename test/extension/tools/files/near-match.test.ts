import { array, assert, constantFrom, nat, property, stringMatching } from '../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { findMatches, lineNumbers } from '../../../../extension/tools/files/near-match.ts';

function replace(text: string, wanted: string, replacement: string): string | undefined {
  const found = findMatches(text, wanted);
  if (found.kind === 'none') return undefined;
  let out = '';
  let at = 0;
  for (const match of found.matches) {
    out += text.slice(at, match.start) + found.adapt(replacement, match);
    at = match.end;
  }
  return out + text.slice(at);
}

describe('finding a text to replace', () => {
  it('takes exact text, also in the middle of a line', () => {
    expect(replace('let a = 1;\n', 'a = 1', 'a = 2')).toBe('let a = 2;\n');
    expect(findMatches('x x x', 'x')).toMatchObject({ matches: [{ start: 0 }, { start: 2 }, { start: 4 }] });
  });

  it('keeps the line ends of the file', () => {
    expect(replace('a\r\nb\r\nc\r\n', 'a\nb', '1\n2')).toBe('1\r\n2\r\nc\r\n');
    expect(replace('a\r\nb\r\n', 'b', '1\n2')).toBe('a\r\n1\r\n2\r\n');
    expect(replace('a\nb\n', 'a\r\nb', '1\r\n2')).toBe('1\n2\n');
  });

  it('overlooks trailing spaces', () => {
    expect(replace('if (x) {  \n  y();\n}\n', 'if (x) {\n  y();   \n}', 'z();')).toBe('z();\n');
  });

  it('takes another indentation when it is the same for every line, and indents the replacement likewise', () => {
    expect(replace('class A {\n    f() {\n      g();\n    }\n}\n', 'f() {\n  g();\n}', 'f() {\n  h();\n}')).toBe(
      'class A {\n    f() {\n      h();\n    }\n}\n',
    );
    expect(replace('\tf() {\n\t\tg();\n\t}\n', 'f() {\n\tg();\n}', 'f() {}')).toBe('\tf() {}\n');
  });

  it('refuses an indentation that differs from line to line', () => {
    expect(replace('  a\n      b\n', 'a\nb', 'c')).toBeUndefined();
  });

  it('shows the closest lines instead of guessing', () => {
    expect(findMatches('const a = 1;\nconst total = price * count;\n', 'const total = price + count;')).toEqual({
      kind: 'none',
      closest: 'const total = price * count;',
    });
    expect(findMatches('entirely different', 'const total = 1;')).toEqual({ kind: 'none', closest: undefined });
    expect(findMatches('a', '')).toEqual({ kind: 'none', closest: undefined });
  });

  it('names the lines of the matches', () => {
    const found = findMatches('x\ny\nx\n', 'x');
    expect(found.kind === 'found' && lineNumbers('x\ny\nx\n', found.matches, 9)).toEqual([1, 3]);
  });

  it('never loses what stands around the match', () => {
    const line = stringMatching(/^[ \t]{0,4}[a-c(){};]{0,6}[ ]{0,2}$/);
    assert(
      property(array(line, { maxLength: 12 }), nat(), nat(), constantFrom('\n', '\r\n'), (lines, from, count, eol) => {
        const start = lines.length === 0 ? 0 : from % lines.length;
        const wanted = lines.slice(start, start + 1 + (count % 3)).join('\n');
        const text = lines.join(eol);
        const found = findMatches(text, wanted);
        if (found.kind === 'none') return;
        let last = 0;
        for (const { start: a, end: b } of found.matches) {
          expect(a).toBeGreaterThanOrEqual(last);
          expect(b).toBeGreaterThanOrEqual(a);
          expect(text.slice(a, b).replace(/\s+/g, '')).toBe(wanted.replace(/\s+/g, ''));
          last = b;
        }
      }),
      { numRuns: 500 },
    );
  });
});
