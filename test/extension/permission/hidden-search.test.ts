// Real: files on disk, git, bash's grammar.
import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { gateWorld, type World } from '../../support/extension/gate-world.ts';
import { useGateRepository } from '../../support/extension/gate-repository.ts';

const repository = useGateRepository(({ root, put, git }) => {
  for (const file of ['a.ts', 'src/a.ts', 'hidden/.env', 'hidden2/.env', 'private/a.ts', 'private/gone.ts', 'sub/a.ts'])
    put(file, `of ${file}\n`);
  symlinkSync('../../other/x', path.join(root, 'src/x'));
  git('add', '-f', '.');
  git('commit', '-qm', 'all');
  git('rm', '-q', 'private/gone.ts');
  git('commit', '-qm', 'fewer');
  // What git takes for a repository, with its configuration elsewhere.
  for (const file of ['bare/objects/x', 'bare/refs/x', 'shared/objects/x', 'shared/refs/x']) put(file);
  put('bare/HEAD', 'ref: refs/heads/main\n');
  put('bare/commondir', '../shared\n');
  put('shared/config', '[core]\n\trepositoryformatversion = 0\n\tfsmonitor = touch ran\n');
});

const verdict = async (command: string, world: World = {}, folder = repository.current.root): Promise<string> =>
  await gateWorld(folder, repository.current.shell, { readOnlyCommands: true, ...world }).decide({
    kind: 'command',
    command,
    folder,
  });
const asked = 'asked, refused';

describe('a command that seems to read only', () => {
  it.each([
    // Runs its input.
    `echo 'import os' | python3 -v`,
    'echo x | python -v',
    'python3 -version',
    'arch -arm64 rm x',
    // Writes.
    'uniq -- a.ts -out',
    'uniq -- -a -b',
    // Goes through folders by another spelling.
    'grep -5r of .',
    'grep -1R of src',
    'grep --di=recurse of .',
    'grep --recurs of .',
    'grep --der of hidden',
    'grep --exclude-from=a.ts -r of src',
    'grep -r of -- --exclude-dir=hidden .',
    'grep -re --exclude-dir=hidden -e of hidden',
    'grep -r -A --exclude-dir=hidden of hidden',
    // Compares the files of folders, also behind links.
    'diff hidden hidden2',
    'diff -N hidden/ hidden2',
    'diff a.ts src',
    // Takes the configuration of made-up repositories.
    'cd bare && git status',
    'git -C bare status',
    'git -C bare diff',
    // Waits for ever, or talks to others.
    'tail -qf a.ts',
    'tail -zF a.ts',
    "awk '{print}' /inet/tcp/0/example.org/80",
    "awk '{print}' //inet/tcp/0/example.org/80",
  ])('is asked for: %j', async (line) => {
    expect(await verdict(line)).toBe(asked);
    expect(existsSync(path.join(repository.current.root, 'bare/ran'))).toBe(false);
  });

  it.each([
    'grep -rn --include=*.ts of src',
    'grep -rn -m 3 -A2 --exclude-dir=hidden --exclude-dir=hidden2 of src',
    'grep -in -e of -e x a.ts',
    'grep -c -- -x a.ts',
    'uniq -c a.ts',
    'diff a.ts src/a.ts',
    'arch',
    'tail -n5 a.ts',
    'tail -q -n 5 a.ts',
    'node -v',
    'java -version',
    'python3 --version',
    'git show HEAD~1:src/a.ts',
    'git show HEAD:src',
    'git blame src/a.ts',
  ])('runs: %j', async (line) => expect(await verdict(line)).toBe('read-allow'));

  it('shows no file of a repository that is denied, also one that is gone or outside', async () => {
    const rules = ['deny read(private/**)'];
    for (const line of [
      'git show HEAD~1:private/gone.ts',
      'git show HEAD:private/a.ts',
      'cd src && git show HEAD~1:private/gone.ts',
      'git blame HEAD~1 -- private/gone.ts',
      'git cat-file -p HEAD~1:private/gone.ts',
    ])
      for (const mode of ['ask', 'autonomous'] as const)
        expect(await verdict(line, { rules, mode })).toBe('user-rule-deny');
    const sub = path.join(repository.current.root, 'sub');
    for (const line of ['git show HEAD:private/a.ts', 'git show HEAD:./../a.ts', 'git blame ../a.ts', 'git show HEAD'])
      expect(await verdict(line, {}, sub)).toBe(asked);
    expect(await verdict('git show HEAD:sub/a.ts', {}, sub)).toBe('read-allow');
    expect(await verdict('git show HEAD:./a.ts', {}, sub)).toBe('read-allow');
  });
});

describe('a search in autonomous mode', () => {
  const mode = 'autonomous';
  it.each([
    'grep -r of .',
    'grep -rn of',
    'grep -R of hidden',
    'rg --hidden of',
    'rg -uuu of',
    'rg -. of',
    'ack of hidden',
    'ugrep -r of .',
    'git grep of',
    'git -C . grep of',
    'git log -p',
    'git log -p --author Luna',
    'git log -p --unknown HEAD',
    'git show HEAD~1',
    'git diff HEAD~1 HEAD -- hidden private ; git show HEAD~1',
    'find . -exec cat {} +',
    "find . -type f -execdir grep of '{}' \\;",
    'find . -type f | xargs cat',
    "find . -name '*.ts' -o -name '.e*' | xargs grep of",
    'diff -r hidden hidden2',
    "bash -c 'grep -r of .'",
    'sudo grep -r of hidden',
    'cd hidden && grep -r of',
  ])('is asked for when it may show a secret: %j', async (line) => {
    expect(await verdict(line, { mode })).toBe(asked);
    expect(await verdict(line, { mode, readOnlyCommands: false })).toBe(asked);
  });

  it.each([
    'find src -exec grep of {} +',
    "find . -name '*.ts' -exec cat {} +",
    "find . -name '*.ts' | xargs grep of",
    'find . -name "*.log" -delete',
    'grep -rn --unknown of src',
    'rg --unknown of src',
    'git grep of -- src',
    'git log -p --author x -- src',
    'git diff --output=x -- src',
    'git commit -m x',
    'npm test',
  ])('runs: %j', async (line) => expect(await verdict(line, { mode })).toBe('autonomous-mode-allow'));

  it('may be allowed by a rule, but not past a deny rule', async () => {
    const rules = ['allow run(grep *)'];
    for (const each of [mode, 'ask'] as const) {
      expect(await verdict('grep -R of .', { mode: each, rules })).toBe('user-rule-allow');
      expect(await verdict('grep -R of .', { mode: each, rules: [...rules, 'deny read(private/**)'] })).toBe(asked);
      expect(await verdict('grep -R of src', { mode: each, rules: [...rules, 'deny read(private/**)'] })).toBe(
        'user-rule-allow',
      );
    }
  });
});

describe('a deny rule for a command', () => {
  const world: World = { mode: 'autonomous', rules: ['deny run(rm *)'] };
  it.each(
    [
      ['npx rm x', "npx -c 'rm x'", 'npm exec -- rm x', "npm exec -c 'rm x'", 'pnpm exec rm x', 'bunx rm x'],
      ['yarn exec rm x', 'uv run rm x', 'poetry run rm x', 'bundle exec rm x', 'conda run -n a rm x'],
      ['mise exec -- rm x', 'direnv exec . rm x', 'cross-env A=1 rm x', 'fakeroot rm x', 'xvfb-run -a rm x'],
      ['ssh-agent rm x', 'setpriv rm x', 'prlimit rm x', 'linux64 rm x', "sg root -c 'rm x'", 'arch -arm64 rm x'],
    ].flat(),
  )('also sees it behind programs that run others: %j', async (line) =>
    expect(await verdict(line, world)).toBe('user-rule-deny'),
  );

  it.each(['npm rm x', 'npm run rm', 'yarn remove rm', 'bun add rm', 'npx tsc', 'uv add rm', 'npm exec -- tsc -p rm'])(
    'is not about the words of others: %j',
    async (line) => expect(await verdict(line, { ...world, rules: ['deny run(rm x)'] })).toBe('autonomous-mode-allow'),
  );
});
