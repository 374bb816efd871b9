// Real: git, where it says what diffs look like.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newFileDiff, splitDiff } from '../../../extension/context/git/file-diffs.ts';
import { commitMessages, readCommitMessage, type CommitRequest } from '../../../extension/rewrite/commit-message.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-commit-'));
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Luna', '-c', 'user.email=luna@moon', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
const put = (file: string, content: string | Uint8Array): void => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), content);
};
afterAll(() => rmSync(folder, { recursive: true }));

const request = (change: Partial<CommitRequest> = {}): CommitRequest => ({
  files: [],
  recent: [],
  draft: '',
  budget: 1000,
  count: async (texts) => texts.map((text) => Math.ceil(text.length / 4)),
  ...change,
});
const add = (sign: string): string => `export function add(a, b) {\n  return a ${sign} b;\n}\n`;

describe('the request for a commit message', () => {
  git('init', '-q');
  put('src/math.js', add('-'));
  put('src/ä.js', add('-'));
  put('gone.txt', 'bye\n');
  put('old.txt', 'the same\n'.repeat(20));
  put('moon.png', Buffer.from([0, 1, 2]));
  git('add', '.');
  git('commit', '-q', '-m', 'Begin');
  put('src/math.js', add('+'));
  put('src/ä.js', add('+'));
  put('moon.png', Buffer.from([0, 1, 2, 3]));
  git('mv', 'old.txt', 'new name.txt');
  git('rm', '-q', 'gone.txt');
  git('add', '.');
  const files = splitDiff(git('diff', '--cached'));

  it('knows each file of a diff, also with odd names, binary, renamed and deleted', () => {
    expect(files.map(({ path: name, hunks }) => [name, hunks === ''])).toEqual([
      ['gone.txt', false],
      ['moon.png', true],
      ['new name.txt', true],
      ['src/math.js', false],
      ['src/ä.js', false],
    ]);
  });

  it('gives small models one file, from its --- line on, exactly as they were taught', async () => {
    const [, message] = await commitMessages('compact', request({ files: files.slice(3) }));
    expect(message?.content).toBe(
      '```diff\n--- a/src/math.js\n+++ b/src/math.js\n@@ -1,3 +1,3 @@\n export function add(a, b) {\n-  return a - b;\n+  return a + b;\n }\n```',
    );
  });

  it('gives larger models all files, the style of the project and the draft', async () => {
    const [, message] = await commitMessages('full', request({ files, recent: ['math: begins'], draft: 'repair' }));
    expect(message?.content).toContain('- math: begins');
    expect(message?.content).toContain('rename to new name.txt');
    expect(message?.content).toContain('src/math.js');
    expect(message?.content).toContain("The user's draft: repair");
  });

  it('stays within the budget', async () => {
    const long = newFileDiff('long.txt', 'moon\n'.repeat(5000));
    const [, message] = await commitMessages('full', request({ files: [...files, long], budget: 500 }));
    expect(message?.content.length).toBeLessThan(2400);
    expect(message?.content).toContain('+moon');
  });

  it('writes new files as git does', () => {
    put('src/new.js', add('+'));
    put('bare.txt', 'no end');
    git('add', '-N', 'src/new.js', 'bare.txt');
    const expected = splitDiff(git('diff'));
    expect(
      [newFileDiff('bare.txt', 'no end'), newFileDiff('src/new.js', add('+'))].map(({ path: name, hunks }) => ({
        path: name,
        hunks,
      })),
    ).toEqual(expected.map(({ path: name, hunks }) => ({ path: name, hunks })));
  });
});

describe('the message of an answer', () => {
  it.each([
    ['Fix add in src/math.js', 'Fix add in src/math.js'],
    ['"Fix add"\n', 'Fix add'],
    ['```\nFix add\n```', 'Fix add'],
    ['Here is the commit message:\n\nFix add\n\nIt subtracted.', 'Fix add\n\nIt subtracted.'],
    ['Subject: Fix add', 'Fix add'],
    ['  \n', ''],
  ])('of %j is %j', (answer, message) => {
    expect(readCommitMessage(answer)).toBe(message);
  });
});
