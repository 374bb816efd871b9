import { describe, expect, it } from 'vitest';
import { replaced } from '../../../../extension/tools/files/replacement.ts';

const edit = (text: string, oldString: string, newString: string, all = false): string =>
  replaced(text, { oldString, newString, all }, 'a.py').text;
const method = 'class A:\n    def f(self):\n        x = 1\n        return x\n\nend = 1\n';

describe('an edit of all places', () => {
  it('reaches every place of a large file', () => {
    const { text, count } = replaced('old\n'.repeat(12_000), { oldString: 'old', newString: 'new', all: true }, 'a');
    expect(count).toBe(12_000);
    expect(text).toBe('new\n'.repeat(12_000));
  });
});

describe('a text of several lines', () => {
  it('is found in a file with CRLF where it begins and ends inside a line', () => {
    expect(edit('f(a,\r\n  b);\r\nc\r\n', 'a,\n  b', 'x,\n  y')).toBe('f(x,\r\n  y);\r\nc\r\n');
    expect(edit('one(1);\r\ntwo(2);\r\n', '(1);\ntwo', '(3);\nthree')).toBe('one(3);\r\nthree(2);\r\n');
  });

  it('is found several times across line ends', () => {
    expect(edit('a(\r\nb)\r\na(\r\nb)\r\n', '(\nb', '(\nc', true)).toBe('a(\r\nc)\r\na(\r\nc)\r\n');
  });
});

describe('indentation', () => {
  it('is not added to new text that has it already', () => {
    expect(edit(method, 'x = 1\nreturn x', '        x = 2\n        return x')).toBe(method.replace('x = 1', 'x = 2'));
    expect(edit(method, 'def f(self):\n    x = 1', '    def f(self):\n        x = 2')).toBe(
      method.replace('x = 1', 'x = 2'),
    );
    expect(edit(method, 'x = 1', '        x = 2\n        y = 3')).toBe(method.replace('x = 1', 'x = 2\n        y = 3'));
  });

  it('is mapped for new text that is indented as the old text was', () => {
    expect(edit(method, 'x = 1\nreturn x', 'x = 2\nif x:\n    x = 3\nreturn x')).toBe(
      method.replace('x = 1\n', 'x = 2\n        if x:\n            x = 3\n'),
    );
  });

  it('of text that is indented too far moves every line by the same difference', () => {
    const old = '            x = 1\n            return x';
    expect(edit(method, old, '            x = 2\n            return x\n        y = 1')).toBe(
      method.replace('x = 1', 'x = 2').replace('return x', 'return x\n    y = 1'),
    );
    expect(edit(method, old, '        x = 2\n        return x')).toBe(method.replace('x = 1', 'x = 2'));
  });

  it('of two spaces stands for four, and the new lines get four', () => {
    expect(edit(method, '  def f(self):\n    x = 1', '  def f(self):\n    if a:\n      x = 1')).toBe(
      method.replace('x = 1', 'if a:\n            x = 1'),
    );
  });

  it('of spaces stands for tabs, and the other way round', () => {
    expect(
      edit('f() {\n\tif (a) {\n\t\tb();\n\t}\n}\n', '  if (a) {\n    b();', '  if (a) {\n    c();\n    d();'),
    ).toBe('f() {\n\tif (a) {\n\t\tc();\n\t\td();\n\t}\n}\n');
    expect(edit(method, '\tdef f(self):\n\t\tx = 1', '\tdef f(self):\n\t\tx = 2')).toBe(
      method.replace('x = 1', 'x = 2'),
    );
    expect(edit('f:\n\ta\n\tb\n', 'a\nb', 'a\nif c\n    b')).toBe('f:\n\ta\n\tif c\n\t\tb\n');
  });

  it('that is the only change is made', () => {
    expect(edit('if a:\n    b\n', 'b', '    b')).toBe('if a:\n        b\n');
  });
});

describe('a slip of the model that leaves one place', () => {
  it('in quotes, dashes or spaces is repaired, also in the new text', () => {
    expect(edit('x = "a - b"\n', 'x = “a – b”', 'x = “a – c”')).toBe('x = "a - c"\n');
    expect(edit('say(“it’s”, 1)\n', 'say("it\'s", 1)', 'say("it\'s", 2)')).toBe('say(“it’s”, 2)\n');
    expect(edit('a\u00a0= 1\n', 'a = 1', 'a = 2')).toBe('a\u00a0= 2\n');
  });

  it('in line numbers is repaired', () => {
    expect(edit(method, '3:         x = 1\n4:         return x', '3:         x = 2')).toBe(
      'class A:\n    def f(self):\n        x = 2\n\nend = 1\n',
    );
    expect(edit(method, '3\t        x = 1', '        x = 2')).toBe(method.replace('x = 1', 'x = 2'));
  });

  it('in escapes is repaired', () => {
    expect(edit('print("a")\nb\n', 'print(\\"a\\")\\nb', 'print(\\"c\\")\\nb')).toBe('print("c")\nb\n');
    expect(edit('print("a\\n")\n', 'print(\\"a\\n\\")', 'print(\\"b\\n\\")')).toBe('print("b\\n")\n');
  });

  it('in a blank first line is repaired', () => {
    expect(edit('a\nb\n', '\na\nb', '\nc\nb')).toBe('c\nb\n');
  });

  it('is refused if two places could be meant, or a character was guessed', () => {
    expect(() => edit('x = "a"\ny\nx = "a"\n', 'x = “a”', 'x = 2')).toThrow('old_string is not in a.py.');
    expect(() => edit('total = 1\n', 'totel = 1', 'total = 2')).toThrow('old_string is not in a.py.');
    expect(() => edit('a\nb\nc\n', 'a\n...\nc', 'd')).toThrow('old_string is not in a.py.');
  });
});

describe('an edit is refused with the reason', () => {
  it.each([
    '// ... existing code ...',
    '// … existing code …',
    '    # ... rest of the file',
    '(rest of the methods)',
    '/* rest of the code remains unchanged */',
    '{/* ... existing code ... */}',
    '<!-- rest of the file -->',
    '# Existing code here...',
    '... rest of the methods ...',
    '// ...other methods unchanged',
  ])('when new_string leaves code out: %s', (line) => {
    expect(() => edit('a\nb\n', 'a', `c\n${line}\n`)).toThrow(
      /^new_string leaves code out: .* Write the whole text\.$/,
    );
  });

  it.each([
    '// Other platforms...',
    'f(...rest)',
    '[...existing, one]',
    '# the rest of the arguments is passed on to the command',
    '...',
    '>>> for x in y:\n... print(x)',
    '// existing users keep their password',
    '(rest)',
  ])('but code and sentences are written: %s', (line) => {
    expect(edit('a\nb\n', 'a', line)).toBe(`${line}\nb\n`);
  });

  it('but a placeholder that was there may stay', () => {
    expect(edit('a\n# ... existing code ...\n', 'a\n# ... existing code ...', 'b\n# ... existing code ...')).toBe(
      'b\n# ... existing code ...\n',
    );
  });

  it('when it changes nothing', () => {
    expect(() => edit('a\n', 'a', 'a')).toThrow('the edit changes nothing in a.py');
  });

  it('when old_string is empty', () => {
    expect(() => edit('', '', 'a')).toThrow('old_string is empty. Use write_file');
  });

  it('within two seconds for 400 lines that are wanted in 5,000, and briefly', () => {
    const line = (at: number, last: string): string =>
      `    const value${at % 97} = compute(first, second, ${at}) + ${last};`;
    const text = Array.from({ length: 5000 }, (_, at) => line(at, 'one')).join('\n');
    const wanted = Array.from({ length: 400 }, (_, at) => line(at + 3000, 'two')).join('\n');
    const start = performance.now();
    let message = '';
    try {
      edit(text, wanted, 'x');
    } catch (error) {
      message = String(error);
    }
    expect(performance.now() - start).toBeLessThan(2000);
    expect(message).toContain('const value90 = compute(first, second, 3000)');
    expect(message.length).toBeLessThan(3000);
  });

  it('with few of many line numbers', () => {
    const many = Array.from({ length: 20 }, (_, at) => at + 1).join(', ');
    expect(() => edit('x\n'.repeat(500), 'x', 'y')).toThrow(`It begins on lines ${many} and 480 more.`);
  });
});
