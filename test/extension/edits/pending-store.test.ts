import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
  file = path.join(folder, 'state/pending-edits.jsonl');
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
    expect(await readdir(path.dirname(file)), 'nothing else is left').toEqual(['pending-edits.jsonl']);
  });

  it('are no file when there are none', async () => {
    const store = open();
    expect(await store.load()).toEqual([]);
    await store.save([entry('a')]);
    await store.save([]);
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['cut in their last line', (text: string) => text.slice(0, -10), ['a', 'b']],
    ['damaged in a line', (text: string) => text.replace('"uri":"file:///b"', '"uri":1'), ['a', 'c']],
    ['partly null', (text: string) => text.replace(/.*file:\/\/\/b.*/, 'null'), ['a', 'c']],
    ['glued', (text: string) => text.replace('}\n{"uri":"file:///b"', '}{"uri":"file:///b"'), ['c']],
    ['of another version', (text: string) => text.replace('"version":2', '"version":3'), ['a', 'b', 'c']],
    ['null', () => 'null', []],
  ])('that are %s cost what is damaged only, with a warning', async (_, damage, left) => {
    await open().save([entry('a'), entry('b'), entry('c')]);
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    const store = open();
    expect(await store.load()).toEqual(left.map((name) => entry(name)));
    expect(warnings).toHaveLength(1);
    await store.save([entry('b')]);
    expect(await open().load()).toEqual([entry('b')]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
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
