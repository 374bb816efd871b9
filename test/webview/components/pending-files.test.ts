// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import { PendingFiles } from '../../../webview/components/pending-files.ts';
import type { ChangedFile } from '../../../extension/edits/changed-file.ts';
import type { FromPanel } from '../../../webview/messages.ts';
import { buttonNamed } from '../panel-samples.ts';

const file = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
  path,
  change: 'edited',
  added: 2,
  removed: 1,
  ...more,
});

let posted: FromPanel[];
let list: PendingFiles;

beforeEach(() => {
  posted = [];
  list = new PendingFiles({
    post: (message) => posted.push(message),
    announce: () => undefined,
    folds: new Map(),
    price: () => undefined,
  });
  document.body.replaceChildren(list.element);
});

describe('the list of files to review', () => {
  it('is there while there is one, with the lines that are left', () => {
    list.update([]);
    expect(list.element.hidden).toBe(true);
    list.update([file('src/a.js'), file('b.js', { change: 'created', added: 5, removed: 0 })]);
    expect(list.element.hidden).toBe(false);
    expect(list.element.textContent).toContain('2 files to review');
    expect(list.element.querySelector('.pending-fold .counts')?.textContent).toBe('+7 \u22121');
    list.update([file('src/a.js')]);
    expect(list.element.textContent).toContain('1 file to review');
    list.update([]);
    expect(list.element.hidden).toBe(true);
  });

  it('keeps, undoes, reviews and opens', () => {
    list.update([file('src/a.js'), file('b.js')]);
    for (const name of [
      'Keep all',
      'Undo all',
      'Review all changes',
      'Keep the changes in b.js',
      'Undo the changes in src/a.js',
    ])
      buttonNamed(list.element, name).click();
    list.element.querySelector<HTMLElement>('.file-link')?.click();
    expect(posted).toEqual([
      { type: 'keepFiles', path: undefined },
      { type: 'undoFiles', path: undefined },
      { type: 'reviewFiles' },
      { type: 'keepFiles', path: 'b.js' },
      { type: 'undoFiles', path: 'src/a.js' },
      { type: 'openPending', path: 'src/a.js' },
    ]);
  });

  it('folds, starts folded when it is long, and keeps the focus when it changes', () => {
    const files = Array.from({ length: 6 }, (_, at) => file(`${at}.js`));
    list.update(files);
    const fold = () => list.element.querySelector<HTMLElement>('.pending-fold');
    expect(fold()?.getAttribute('aria-expanded')).toBe('false');
    fold()?.click();
    expect(fold()?.getAttribute('aria-expanded')).toBe('true');
    expect(document.activeElement).toBe(fold());
    list.update(files.slice(1));
    expect(fold()?.getAttribute('aria-expanded')).toBe('true');
    expect(document.activeElement).toBe(fold());
  });
});
