// Real: files on disk, git.
import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Gate } from '../../../extension/permission/gate.ts';
import type { PermissionMode } from '../../../extension/permission/permission-mode.ts';
import { readRule } from '../../../extension/permission/rule-text.ts';
import { useGateRepository } from '../../support/extension/gate-repository.ts';

const repository = useGateRepository(({ root, put, git }) => {
  for (const file of ['a.ts', 'README.md', 'src/a.ts', 'src/b.ts', 'hidden/.env', 'private/a.ts', 'keys/a.pem'])
    put(file);
  put('dashes/-delete');
  git('add', '-f', '.');
  git('commit', '-qm', 'all');
  put('src/a.ts', 'y\n');
  git('commit', '-qam', 'a');
  put('src/a.ts', 'z\n');
  symlinkSync('../other', path.join(root, 'out'));
  symlinkSync('.', path.join(root, 'self'));
  // What git takes for a repository although it is only files.
  for (const file of ['bare/HEAD', 'bare/config', 'bare/objects/x', 'bare/refs/x']) put(file);
});

interface World {
  mode?: PermissionMode;
  rules?: string[];
  on?: boolean;
  trusted?: boolean;
}

async function verdict(command: string, { mode = 'ask', rules = [], on = true, trusted = true }: World = {}) {
  const gate = new Gate(
    {
      mode: () => mode,
      trusted: () => trusted,
      roots: () => [repository.current.root],
      rules: () => rules.map(readRule).filter((rule) => rule !== undefined),
      guardedFiles: () => [],
      readOnlyCommands: () => on,
      addRules: async () => undefined,
    },
    repository.current.shell,
    async () => 'decline',
  );
  const access = { kind: 'command', command, folder: repository.current.root } as const;
  const asked = { call: { id: '0', name: 'run_command', arguments: '{}' }, access, title: 'x' };
  return (await gate.decide(asked, new AbortController().signal)).by;
}

describe('a command that only reads', () => {
  it.each(
    [
      [
        'ls',
        'ls -la src',
        'pwd',
        'cat a.ts',
        'head -n 5 a.ts',
        'tail -20 a.ts',
        'wc -l src/*.ts',
        'cat src/*.ts | wc -l',
      ],
      [
        'grep -n x a.ts',
        'grep -rn "foo(bar)" src',
        'rg -n x src',
        'rg x -tts src',
        'find . -name "*.ts" -not -path "*/.git/*"',
      ],
      [
        'find src -type f',
        'sort a.ts | uniq -c',
        'sed -n "1,20p" a.ts',
        'sed "s/a/b/g; 3d" a.ts',
        "awk '{print $1}' a.ts",
      ],
      [
        'git status',
        'git status --short',
        'git diff --stat',
        'git diff src',
        'git log --oneline -5',
        'git log -p -1',
        'git show',
      ],
      [
        'git show HEAD~1:src/a.ts',
        'git diff HEAD~1 HEAD -- src',
        'git branch',
        'git branch -vv',
        'git --no-pager diff src',
      ],
      [
        'git log main..HEAD',
        'git ls-files',
        'git rev-parse --short HEAD',
        'git blame a.ts',
        'git stash list',
        'git remote -v',
      ],
      [
        'cd src && ls',
        'cd src && cat a.ts',
        'node --version',
        'ls 2>/dev/null',
        'wc -l < a.ts',
        'ls; pwd',
        'echo done',
        'echo $?',
      ],
      ['command -v node', 'which git', 'diff a.ts src/a.ts', 'du -sh src', 'stat a.ts', 'date', 'LC_ALL=C ls'],
    ].flat(),
  )('runs unasked: %j', async (line) => {
    expect(await verdict(line)).toBe('read-allow');
    expect(await verdict(line, { mode: 'plan' })).toBe('read-allow');
    expect(await verdict(line, { on: false })).toBe('user');
    expect(await verdict(line, { trusted: false })).toBe('untrusted-workspace-deny');
  });

  it.each(
    [
      // What writes or runs something.
      [
        'npm test',
        'touch x',
        'rm a.ts',
        'tee x',
        'ls > x',
        'sort -o x a.ts',
        'sort -uo x a.ts',
        'sort --output=x a.ts',
        'uniq a.ts b.ts',
      ],
      [
        'find . -delete',
        'find . -exec ls {} +',
        'find . -fprint x',
        'find . -ok ls {} \\;',
        'find . -fls x',
        'tree -o x',
        'date 01010101',
      ],
      [
        'sed -i s/a/b/ a.ts',
        'sed -n "w x" a.ts',
        'sed "1e ls" a.ts',
        'sed "s/a/b/w x" a.ts',
        'sed "s/a/ls/e" a.ts',
        'sed -f x a.ts',
      ],
      [
        'sed -ni p a.ts',
        'sed -n p -i a.ts',
        'sed --in-place p a.ts',
        'sed "r x" a.ts',
        "awk '{system($1)}' a.ts",
        "awk '{print > $1}' a.ts",
      ],
      [
        'rg --pre ls x',
        'rg --hostname-bin x y',
        'rg -z x',
        'rg -L x',
        'sort --compress-program=x a.ts',
        'diff -l a.ts b.ts',
      ],
      [
        'git diff --output=x',
        'git diff --outpu=x',
        'git diff --ext-diff',
        'git log --output x',
        'git grep -O x',
        'git -c core.pager=x log',
      ],
      [
        'git -c alias.x=y x',
        'git branch x',
        'git branch -D main',
        'git branch --list -m a b',
        'git tag x',
        'git stash',
        'git stash pop',
      ],
      [
        'git checkout x',
        'git fetch',
        'git remote add x y',
        'git remote show x',
        'git push',
        'git config user.name',
        'git --git-dir=bare log',
      ],
      [
        'git -C bare status',
        'cd bare && git status',
        'git --exec-path=. status',
        'git status -vv',
        'git diff --no-index a.ts b.ts',
      ],
      [
        'xargs ls',
        'sudo ls',
        'env ls',
        'bash -c ls',
        './ls',
        'bin/ls',
        'node a.js',
        'cargo --version',
        'yarn --version',
        'less a.ts',
      ],
      ['cd dashes && find *', 'find -D x', 'file -C -m x', 'tail -f a.ts', 'wc --files0-from=x'],
      // What is outside, directly or by links.
      [
        'ls ..',
        'cat ../other/x',
        'cat /etc/hosts',
        'ls /',
        'cat out/x',
        'cd .. && ls',
        'cd',
        'cd && ls',
        'cd - && ls',
        'cd out && ls',
      ],
      [
        'cat self/../other/x',
        'cd self && cat ../other/x',
        'cd src && cat ../../other/x',
        'git -C .. status',
        'grep -f/etc/hosts x',
      ],
      ['head --bytes=9 ../other/x', 'cat src/../../other/*', 'cat $?', 'find -L src', 'ls ~'],
    ].flat(),
  )('asks: %j', async (line) => {
    expect(await verdict(line)).toBe('user');
    expect(await verdict(line, { mode: 'plan' })).toBe('plan-mode-deny');
  });

  it.each(
    [
      [
        'cat hidden/.env',
        'cat hidden/.e*',
        'grep -r x .',
        'grep -r x hidden',
        'grep -rn x src keys',
        'grep -R x src',
        'rg x',
        'rg x keys',
      ],
      [
        'rg -g "*" x hidden',
        'rg -uu x hidden',
        'rg --hidden x hidden',
        'cat keys/*',
        'git show HEAD~1',
        'git log -p',
        'git show :hidden/.env',
      ],
      [
        'git diff HEAD~1 -- hidden/.env',
        'git log --patch',
        'git show -m HEAD:hidden/.env',
        'grep -d recurse x .',
        'diff -r hidden src',
      ],
    ].flat(),
  )('asks when it might show a secret: %j', async (line) => {
    expect(await verdict(line)).toBe('user');
  });

  it('asks for a diff that shows a secret, and not for a list of names', async () => {
    repository.current.put('hidden/.env', 'changed\n');
    expect(await verdict('git diff')).toBe('user');
    expect(await verdict('git diff src')).toBe('read-allow');
    expect(await verdict('git status')).toBe('read-allow');
    repository.current.git('checkout', '-q', 'hidden/.env');
    expect(await verdict('git diff')).toBe('read-allow');
  });

  it('gives way to rules', async () => {
    expect(await verdict('git status', { rules: ['deny run(git *)'] })).toBe('user-rule-deny');
    expect(await verdict('git status', { rules: ['ask run(git *)'] })).toBe('user');
    expect(await verdict('cat private/a.ts', { rules: ['deny read(private/**)'] })).toBe('user-rule-deny');
    expect(await verdict('grep -r x private', { rules: ['ask read(private/**)'] })).toBe('user');
    expect(await verdict('rg x private src', { rules: ['ask read(private/a.ts)'] })).toBe('user');
    expect(await verdict('cat private/a.ts')).toBe('read-allow');
  });

  it('does not make the rest of a line run', async () => {
    for (const line of ['ls; npm test', 'ls | sh', 'cat a.ts | tee b', 'ls && rm a.ts', 'echo $(ls)'])
      expect(await verdict(line)).toBe('user');
  });

  it('runs nothing while it is judged', async () => {
    repository.current.put(
      'bare/config',
      '[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = ..\n\tfsmonitor = touch ran\n',
    );
    repository.current.put('bare/HEAD', 'ref: refs/heads/main\n');
    for (const line of ['cd bare && git diff', 'git -C bare diff', 'git -C bare show'])
      expect(await verdict(line)).toBe('user');
    expect(
      existsSync(path.join(repository.current.root, 'ran')) ||
        existsSync(path.join(repository.current.root, 'bare/ran')),
    ).toBe(false);
  });
});
