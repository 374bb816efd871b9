// Real: git, with the settings that change what a diff looks like.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { splitDiff } from '../../../../extension/context/git/file-diffs.ts';
import { gitChanges } from '../../../../extension/context/git/git-diff.ts';
import { namesSecret } from '../../../../extension/permission/secret-names.ts';

let root: string;
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Luna', '-c', 'user.email=luna@moon', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
const put = (file: string, content: string): void => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), content);
};
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'git-diff-'));
  git('init', '-q', '-b', 'main');
});
afterEach(() => rmSync(root, { recursive: true }));

const secrets = ['.env', 'certs/server.pem', 'a b/.env.local', 'ä/prod.env', '.git-credentials', 'x"y/.npmrc'];
const changes = async (what: 'staged' | 'unstaged' | 'head') =>
  await gitChanges({ root, isHidden: (file) => namesSecret(file) }, what);

describe('the changes of a repository', () => {
  it.each([
    {},
    { 'diff.noprefix': 'true' },
    { 'diff.mnemonicPrefix': 'true' },
    { 'color.ui': 'always', 'color.diff': 'always' },
    { 'diff.external': 'cat .env; echo' },
    { 'core.quotepath': 'true' },
    { 'diff.renames': 'copies', 'diff.context': '0', 'diff.interHunkContext': '20' },
    { 'diff.srcPrefix': 'x/', 'diff.dstPrefix': 'y/' },
    {
      'diff.suppressBlankEmpty': 'true',
      'diff.submodule': 'diff',
      'diff.relative': 'true',
      'diff.colorMoved': 'zebra',
    },
  ])('leave out secrets, and have the usual form, with %j', async (settings) => {
    for (const file of [...secrets, 'src/a.js']) put(file, `old of ${file}\n\nline\n`);
    git('add', '-f', '.');
    git('commit', '-qm', 'x');
    for (const [name, value] of Object.entries(settings)) git('config', name, value);
    for (const file of [...secrets, 'src/a.js']) put(file, `hunter2 of ${file}\n\nline\n`);
    for (const what of ['unstaged', 'head', 'staged'] as const) {
      if (what === 'staged') git('add', '-f', '.');
      const files = await changes(what);
      expect(files.map((file) => file.path).sort()).toEqual([...secrets, 'src/a.js'].sort());
      const text = files.map(({ head, hunks }) => head + hunks).join('\n');
      expect(text.match(/hunter2.*/g)).toEqual(['hunter2 of src/a.js']);
      expect(files.find((file) => file.path === 'src/a.js')?.hunks).toBe(
        '--- a/src/a.js\n+++ b/src/a.js\n@@ -1,3 +1,3 @@\n-old of src/a.js\n+hunter2 of src/a.js\n \n line'.replace(
          '\n \n',
          'diff.suppressBlankEmpty' in settings ? '\n\n' : '\n \n',
        ),
      );
    }
  });

  it('leave out a secret that was renamed, copied or deleted', async () => {
    put('.env', `${'KEY=hunter2\n'.repeat(20)}`);
    put('b.pem', 'hunter2\n');
    git('add', '-f', '.');
    git('commit', '-qm', 'x');
    git('mv', '.env', 'settings.txt');
    put('settings.txt', `${'KEY=hunter2\n'.repeat(20)}more\n`);
    git('rm', '-q', 'b.pem');
    git('add', '-f', '.');
    expect(JSON.stringify(await changes('staged'))).not.toContain('hunter2');
  });

  it('leave out a secret in conflict, whose diff is combined', async () => {
    put('.env', 'a\n');
    put('a.js', 'a\n');
    git('add', '-f', '.');
    git('commit', '-qm', 'x');
    git('checkout', '-qb', 'other');
    put('.env', 'hunter2\n');
    put('a.js', 'b\n');
    git('commit', '-qam', 'y');
    git('checkout', '-q', 'main');
    put('.env', 'hunter3\n');
    put('a.js', 'c\n');
    git('commit', '-qam', 'z');
    expect(() => git('merge', 'other')).toThrow();
    for (const what of ['unstaged', 'head', 'staged'] as const)
      expect(JSON.stringify(await changes(what))).not.toContain('hunter');
    expect((await changes('unstaged')).map((file) => file.path)).toEqual(['.env', 'a.js']);
  });

  it('leave out what is hidden by its absolute path, and reject without a commit', async () => {
    put('private/a.js', 'hunter2\n');
    git('add', '.');
    await expect(changes('head')).rejects.toThrow();
    const isHidden = (file: string) => file === path.join(root, 'private/a.js');
    expect(JSON.stringify(await gitChanges({ root, isHidden }, 'staged'))).not.toContain('hunter2');
  });
});

it('text inside of a file is never taken for the head of the next one', () => {
  const hostile = ['+x\rdiff --git a/ok b/ok', '+y\u2028diff --git a/ok b/ok', ' diff --git a/ok b/ok'];
  const diff = `diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -1,3 +1,3 @@\n${hostile.join('\n')}\n`;
  expect(splitDiff(diff).map(({ names }) => names)).toEqual([['.env']]);
});
