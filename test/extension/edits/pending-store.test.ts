import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { PendingStore } from '../../../extension/edits/pending-store.ts';
import type { StoredPending } from '../../../extension/edits/pending-text.ts';

let folder: string;
let file: string;
let warnings: string[];
const open = () => new PendingStore(file, (text) => warnings.push(text));
const entry = (name: string, more: Partial<StoredPending> = {}): StoredPending => ({
  uri: `file:///${name}`,
  baseline: 'a\r\n',
  current: 'b\r\n',
  changing: false,
  sources: ['c'],
  ...more,
});

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pending-'));
  file = path.join(folder, 'state/pending-edits.json');
  warnings = [];
});

describe('pending edits on disk', () => {
  it('are read as they were written', async () => {
    const files = [
      entry('a'),
      entry('new', { baseline: undefined }),
      entry('gone', { current: undefined, changing: true }),
    ];
    await open().save(files);
    expect(await open().load()).toEqual(files);
    expect(await readdir(path.dirname(file)), 'nothing else is left').toEqual(['pending-edits.json']);
  });

  it('are no file when there are none', async () => {
    const store = open();
    expect(await store.load()).toEqual([]);
    await store.save([entry('a')]);
    await store.save([]);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['cut', (text: string) => text.slice(0, -10)],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['of another shape', () => '{"version":1,"files":[{"uri":1}]}'],
    ['no object', () => 'null'],
  ])('that are %s are dropped with a warning, and written anew', async (_, damage) => {
    await open().save([entry('a')]);
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    const store = open();
    expect(await store.load()).toEqual([]);
    expect(warnings).toHaveLength(1);
    await store.save([entry('b')]);
    expect(await open().load()).toEqual([entry('b')]);
  });

  it('that are too long are left out, the oldest first, with a warning', async () => {
    const long = 'x'.repeat(3 << 20);
    const files = Array.from({ length: 12 }, (_, at) => entry(String(at), { baseline: '', current: long }));
    await open().save([entry('huge', { current: long, baseline: long }), ...files, entry('last')]);
    const names = (await open().load()).map(({ uri }) => uri);
    expect(names).toEqual([...files.slice(2).map(({ uri }) => uri), 'file:///last']);
    expect(warnings).toHaveLength(3);
  });
});
