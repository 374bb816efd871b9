import { describe, expect, it } from 'vitest';
import { countedView } from '../../../extension/chat/counted-view.ts';
import { lineDiff } from '../../../webview/line-diff.ts';

const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at + 1} of a file`);
const viewOf = (before: readonly string[], after: readonly string[]) => {
  const view = countedView({ kind: 'diff', path: 'a', before: before.join('\n'), after: after.join('\n') });
  if (view?.kind !== 'diff') throw new Error('no change');
  return view;
};

describe('the view of a change', () => {
  it('of a short text is whole, and counted', () => {
    expect(viewOf(['a', 'b'], ['a', 'c', 'd'])).toEqual({
      kind: 'diff',
      path: 'a',
      before: 'a\nb',
      after: 'a\nc\nd',
      added: 2,
      removed: 1,
    });
  });

  it.each([1, 2, 50_000, 99_999, 100_000])('of a long text holds what differs, at line %i', (at) => {
    const old = lines(100_000);
    const now = [...old];
    now[at - 1] = 'changed';
    const view = viewOf(old, now);
    expect(view).toMatchObject({ added: 1, removed: 1 });
    expect(view.before.length + view.after.length).toBeLessThan(500);
    const shown = lineDiff(view.before, view.after, view.line).rows.filter((row) => row.kind === 'added');
    expect(shown).toEqual([{ kind: 'added', text: 'changed', before: undefined, after: at }]);
  });

  it('of lines put in or taken out at either end is right too', () => {
    const old = lines(50_000);
    expect(viewOf(old, ['new', ...old])).toMatchObject({ added: 1, removed: 0, line: 1 });
    expect(viewOf(old, old.slice(1))).toMatchObject({ added: 0, removed: 1, line: 1 });
    expect(viewOf([...old, ''], [...old, 'new', ''])).toMatchObject({ added: 1, removed: 0 });
    expect(viewOf(old, [])).toMatchObject({ removed: 50_000, after: '' });
  });

  it('of many changed lines is cut, not its counts', () => {
    const view = viewOf(
      lines(80_000),
      lines(80_000).map((line) => `${line}!`),
    );
    expect(view).toMatchObject({ added: 80_000, removed: 80_000 });
    expect(view.before.length).toBeLessThanOrEqual(1 << 20);
  });
});
