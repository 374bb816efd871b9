import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBinary } from '../../../extension/edits/text-files.ts';
import { namesBelow, namesOf } from '../../../extension/edits/file-listing.ts';
import { firstExisting, ripgrepCandidates } from '../../../extension/tools/search/ripgrep-location.ts';

const ripgrep = firstExisting(ripgrepCandidates(undefined, [path.resolve(import.meta.dirname, '../../..')])) ?? '';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-listing-'));
  for (const name of [
    'src/a.js',
    'src/deep/b.ts',
    '.github/w.yml',
    '.git/config',
    'out/x.js',
    'y.tmp',
    'node_modules/p/i.js',
    'z file.md',
  ]) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), 'text');
  }
  writeFileSync(path.join(folder, '.gitignore'), 'out/\n*.tmp\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a listing', () => {
  const files = async () => (await namesBelow(folder, { ripgrep, excludes: () => ['**/node_modules'] })).sort();

  it('leaves out what ignore files and settings exclude, also outside of a repository', async () => {
    expect(await files()).toEqual(['.github/w.yml', '.gitignore', 'src/a.js', 'src/deep/b.ts', 'z file.md']);
  });

  it('shows the children of a folder, or all files of a glob', async () => {
    const all = await files();
    expect(namesOf(all, undefined)).toEqual(['.github/', '.gitignore', 'src/', 'z file.md']);
    expect(namesOf(all, '*.ts')).toEqual(['src/deep/b.ts']);
    expect(namesOf(all, 'src/*')).toEqual(['src/a.js']);
    expect(namesOf(all, '**/*.{js,yml}')).toEqual(['.github/w.yml', 'src/a.js']);
  });

  it('of some paths has what is at or below them, and leaves out what the whole listing leaves out', async () => {
    const only = async (...names: string[]) =>
      (await namesBelow(folder, { ripgrep, excludes: () => ['**/node_modules'], only: names })).sort();
    expect(await only('src')).toEqual(['src/a.js', 'src/deep/b.ts']);
    expect(await only('src', 'src/deep/b.ts', 'gone/c.ts')).toEqual(['src/a.js', 'src/deep/b.ts']);
    expect(await only('src/deep', 'z file.md')).toEqual(['src/deep/b.ts', 'z file.md']);
    expect(await only('out/x.js', 'y.tmp', '.git/config', 'node_modules/p/i.js')).toEqual([]);
    expect(await only('src/a.js', 'a\nb')).toEqual(await files());
  });

  it('takes names with signs of patterns literally', async () => {
    const odd = ['[a]!#b.js', 'c*d.js', 'e f?.js', '#g.js', '!h.js', 'i\\j.js'];
    const other = mkdtempSync(path.join(os.tmpdir(), 'moonwright-odd-'));
    try {
      for (const name of [...odd, 'a.js', 'cxd.js', 'e fx.js']) writeFileSync(path.join(other, name), '');
      const found = await namesBelow(other, { ripgrep, excludes: () => [], only: odd });
      expect(found.sort()).toEqual([...odd].sort());
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('can be stopped', async () => {
    await expect(namesBelow(folder, { ripgrep, excludes: () => [] }, AbortSignal.abort())).rejects.toThrow();
  });
});

it('bytes with a NUL are no text, unless they are UTF-16', () => {
  expect(isBinary(Buffer.from('text'))).toBe(false);
  expect(isBinary(Buffer.from([1, 0, 2]))).toBe(true);
  expect(isBinary(Buffer.from([0xff, 0xfe, 0x61, 0]))).toBe(false);
});
