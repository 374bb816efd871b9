// Real: tree-sitter.
import { describe, expect, it } from 'vitest';
import { editTarget, neighbours } from '../../../extension/rewrite/edit-target.ts';
import { realSyntax } from '../../support/extension/real-syntax.ts';

const syntax = realSyntax();
const text =
  "import { x } from './x.js';\n\nexport class A {\n  add(a, b) {\n    const sum = a + b;\n    return sum;\n  }\n}\n\nif (x) {\n  x();\n}\n";

/** `[` and `]` mark the selection, `|` the cursor. */
async function target(marked: string, language = 'javascript'): Promise<string> {
  const plain = marked.replace(/[|[\]]/g, '');
  const from = marked.search(/[|[]/);
  const to = marked.includes(']') ? marked.indexOf(']') - 1 : from;
  const found = await editTarget(syntax, language, plain, { from, to });
  return plain.slice(found.from, found.to);
}

const at = (piece: string, mark: string): string => text.replace(piece, mark);

describe('what an instruction is about', () => {
  it('is the selection, with whole lines where it begins and ends with them', async () => {
    expect(await target(at('const sum = a + b;\n    return sum;', '[const sum = a + b;\n    return sum;]'))).toBe(
      '    const sum = a + b;\n    return sum;',
    );
    expect(await target(at('    return sum;\n', '[    return sum;\n]'))).toBe('    return sum;');
    expect(await target(at('sum = a + b;\n    ret', 's[um = a + b;\n    r]et'))).toBe(
      '    const sum = a + b;\n    return sum;',
    );
  });

  it('is exactly what is selected within a line', async () => {
    expect(await target(at('a + b;', '[a + b];'))).toBe('a + b');
  });

  it('is the smallest definition around the cursor', async () => {
    expect(await target(at('return sum', 'ret|urn sum'))).toBe(
      '  add(a, b) {\n    const sum = a + b;\n    return sum;\n  }',
    );
    expect(await target(at('    return sum', '|    return sum'))).toBe(
      '  add(a, b) {\n    const sum = a + b;\n    return sum;\n  }',
    );
    expect(await target(at('class A', 'cla|ss A'))).toMatch(/^export class A[\s\S]*\n}$/);
  });

  it('is the statement where there is no definition', async () => {
    expect(await target(at('if (x)', 'if| (x)'))).toBe('if (x) {\n  x();\n}');
  });

  it('is the place of the cursor between them', async () => {
    expect(await target(at('}\n\nif', '}\n|\nif'))).toBe('');
  });

  it('is the paragraph in languages that are not known', async () => {
    expect(await target('one\ntw|o\n\nthree\n', 'plaintext')).toBe('one\ntwo');
    expect(await target('one\r\n\r\ntw|o\r\nthree', 'plaintext')).toBe('two\r\nthree');
    expect(await target('one\n|\nthree\n', 'plaintext')).toBe('');
  });
});

it('neighbouring lines are whole', () => {
  expect(neighbours('one\ntwo\nX\nthree\nfour\n', { from: 8, to: 9 }, 7)).toEqual({ before: 'two', after: 'three' });
  expect(neighbours('X', { from: 0, to: 1 }, 6)).toEqual({ before: '', after: '' });
});
