import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../webview/line-diff.ts';

function shown(before: string, after: string): string[] {
  return lineDiff(before, after).rows.map((row) =>
    row.kind === 'gap' ? `~${row.lines}` : `${{ added: '+', removed: '-', same: ' ' }[row.kind]}${row.text}`,
  );
}

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('').join('\n');

describe('a line diff', () => {
  it('shows a change with three lines around it', () => {
    expect(shown(letters, letters.replace('m', 'M'))).toEqual([
      '~9',
      ' j',
      ' k',
      ' l',
      '-m',
      '+M',
      ' n',
      ' o',
      ' p',
      '~10',
    ]);
  });

  it('numbers the lines', () => {
    const { rows, added, removed } = lineDiff('a\nb\nc\n', 'a\nx\ny\nc\n');
    expect({ added, removed }).toEqual({ added: 2, removed: 1 });
    expect(rows).toEqual([
      { kind: 'same', text: 'a', before: 1, after: 1 },
      { kind: 'removed', text: 'b', before: 2, after: undefined },
      { kind: 'added', text: 'x', before: undefined, after: 2 },
      { kind: 'added', text: 'y', before: undefined, after: 3 },
      { kind: 'same', text: 'c', before: 3, after: 4 },
    ]);
  });

  it('knows new and deleted files, and other line ends', () => {
    expect(shown('', 'a\nb\n')).toEqual(['+a', '+b']);
    expect(shown('a\nb', '')).toEqual(['-a', '-b']);
    expect(shown('a\r\nb\r\n', 'a\nc\n')).toEqual([' a', '-b', '+c']);
    expect(shown('a', 'a')).toEqual([]);
  });

  it('ends in time for texts that have nothing in common, and says what it leaves out', () => {
    const many = (word: string): string => Array.from({ length: 5000 }, (_, at) => `${word}${at}`).join('\n');
    const diff = lineDiff(many('a'), many('b'));
    expect(diff).toMatchObject({ added: 5000, removed: 5000, hidden: 9600 });
    expect(diff.rows).toHaveLength(400);
  });
});
