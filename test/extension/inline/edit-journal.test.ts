import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EditJournal } from '../../../extension/inline/edit-journal.ts';

const uri = 'file:///w/a.js';
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'inline-journal-'));
  file = path.join(folder, 'below', 'journal.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The next window finds `now` in the document. */
async function reopened(now: string | undefined): Promise<string | undefined> {
  let text = now;
  await new EditJournal(file).recover({
    read: async () => text,
    write: async (_uri, wanted) => {
      text = wanted;
    },
  });
  return text;
}

it('what an earlier window left half written is put back', async () => {
  await new EditJournal(file).begin({ uri, text: 'head\nold\ntail\n', from: 5, to: 8 });
  expect(await reopened('head\nnew and longer\nold\ntail\n')).toBe('head\nold\ntail\n');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([]);
});

it('what was finished is left alone', async () => {
  const journal = new EditJournal(file);
  await journal.begin({ uri, text: 'head\nold\ntail\n', from: 5, to: 8 });
  await journal.end(uri);
  expect(await reopened('head\nnew\ntail\n')).toBe('head\nnew\ntail\n');
});

it('a document that is gone, as it was, or changed around the part is left alone', async () => {
  for (const now of [undefined, 'head\nold\ntail\n', 'HEAD\nnew\ntail\n', 'tail\n']) {
    await new EditJournal(file).begin({ uri, text: 'head\nold\ntail\n', from: 5, to: 8 });
    expect(await reopened(now)).toBe(now);
  }
});

it('a broken journal, or none, says nothing', async () => {
  expect(await reopened('text')).toBe('text');
  await new EditJournal(file).begin({ uri, text: 'x', from: 0, to: 1 });
  writeFileSync(file, '[{"uri": "fi');
  expect(await reopened('text')).toBe('text');
  writeFileSync(file, '[{"uri": 1}, null]');
  expect(await reopened('text')).toBe('text');
});
