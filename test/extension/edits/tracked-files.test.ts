// Real: git and ripgrep.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { namesBelow } from '../../../extension/edits/file-listing.ts';
import { trackedThoughIgnored } from '../../../extension/edits/tracked-files.ts';
import { firstExisting, ripgrepCandidates } from '../../../extension/tools/search/ripgrep-location.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ripgrep = firstExisting(ripgrepCandidates(undefined, [path.resolve(import.meta.dirname, '../../..')])) ?? '';

function git(folder: string, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=Luna', '-c', 'user.email=luna@moon', ...args], { cwd: folder });
}

function repository(names: readonly string[], ignored: string): string {
  const folder = temporaryFolder();
  git(folder, 'init', '-q');
  for (const name of names) put(folder, name);
  git(folder, 'add', '.');
  writeFileSync(path.join(folder, '.gitignore'), ignored);
  git(folder, 'add', '.gitignore');
  return folder;
}

function put(folder: string, name: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), 'text');
}

function listing(folder: string, excludes: readonly string[] = [], only?: readonly string[]): Promise<string[]> {
  return namesBelow(folder, {
    ripgrep,
    excludes: () => excludes,
    only,
    tracked: (places) => trackedThoughIgnored(folder, { git: 'git', roots: [folder], only: places }),
  }).then((names) => names.sort());
}

it('a listing has what git tracks though it is ignored, and no other ignored file', async () => {
  const folder = repository(['src/a.js', 'build/[b] c.js', 'build/d/e.js', 'gone/f.js'], 'build/\ngone/\n');
  put(folder, 'build/made.js');
  rmSync(path.join(folder, 'gone'), { recursive: true });
  const tracked = ['.gitignore', 'build/[b] c.js', 'build/d/e.js', 'src/a.js'];
  expect(await listing(folder)).toEqual(tracked);
  expect(await listing(folder, [], ['build'])).toEqual(['build/[b] c.js', 'build/d/e.js']);
  expect(await listing(folder, [], ['build/d/e.js', 'src'])).toEqual(['build/d/e.js', 'src/a.js']);
  expect(await listing(folder, [], ['build/made.js'])).toEqual([]);
  expect(await listing(folder, [], ['src'])).toEqual(['src/a.js']);
});

it('what settings or an .ignore file hide stays hidden', async () => {
  const folder = repository(['a.js', 'build/b.js', 'build/c.js'], 'build/\n');
  expect(await listing(folder, ['**/build/c.js'])).toEqual(['.gitignore', 'a.js', 'build/b.js']);
  writeFileSync(path.join(folder, '.ignore'), 'b.js\n');
  expect(await listing(folder, ['**/build/c.js'])).toEqual(['.gitignore', '.ignore', 'a.js']);
});

it('repositories inside of the folder are asked too, and a folder without one has none', async () => {
  const inner = repository(['lib/a.js'], 'lib/\n');
  const outer = path.dirname(inner);
  const name = path.basename(inner);
  const roots = [outer, inner];
  expect(await trackedThoughIgnored(outer, { git: 'git', roots })).toEqual([`${name}/lib/a.js`]);
  expect(await trackedThoughIgnored(outer, { git: 'git', roots, only: [`${name}/lib`] })).toEqual([`${name}/lib/a.js`]);
  expect(await trackedThoughIgnored(outer, { git: 'git', roots, only: ['other'] })).toEqual([]);
  const above = path.dirname(outer);
  const below = `${path.basename(outer)}/${name}/lib/a.js`;
  const around = { git: 'git', roots: [above, inner], only: [path.basename(outer)] };
  expect(await trackedThoughIgnored(above, around), 'the place is around the repository').toEqual([below]);
  expect(await trackedThoughIgnored(temporaryFolder(), { git: 'no-such-git', roots })).toEqual([]);
});

it.skipIf(process.platform === 'win32')('no program of the repository is started', async () => {
  const folder = repository(['build/a.js'], 'build/\n');
  const trace = path.join(folder, 'ran');
  const program = path.join(folder, 'monitor.sh');
  writeFileSync(program, `#!/bin/sh\ntouch '${trace}'\n`);
  chmodSync(program, 0o700);
  git(folder, 'config', 'core.fsmonitor', program);
  expect(await trackedThoughIgnored(folder, { git: 'git', roots: [folder] })).toEqual(['build/a.js']);
  expect(existsSync(trace)).toBe(false);
});
