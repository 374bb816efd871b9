import { mkdir, mkdtemp, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Access, ResolvedCall } from '../../../extension/agent/agent-tools.ts';
import type { UserAnswer } from '../../../extension/permission/user-answer.ts';
import { Gate } from '../../../extension/permission/gate.ts';
import type { Rule } from '../../../extension/permission/policy.ts';
import { formatRule, parseRule } from '../../../extension/permission/rules.ts';
import { grammarsOfPackages } from '../../support/extension/package-grammars.ts';
import { loadShellReader, type ShellReader } from '../../../extension/permission/shell/shell-command.ts';
import type { PermissionMode } from '../../../extension/permission/permission-mode.ts';

let shell: ShellReader;
let root: string;
let outside: string;
beforeAll(async () => {
  shell = await loadShellReader(grammarsOfPackages(path.resolve(import.meta.dirname, '../../..')), 'bash');
});
beforeEach(async () => {
  const base = await realpath(await mkdtemp(path.join(tmpdir(), 'gate-')));
  [root, outside] = [path.join(base, 'work'), path.join(base, 'other')];
  await mkdir(path.join(root, 'src'), { recursive: true });
  await mkdir(outside);
  await writeFile(path.join(root, 'src/a.js'), '');
});

interface World {
  mode?: PermissionMode;
  trusted?: boolean;
  rules?: string[];
  readOnlyCommands?: boolean;
  answer?: UserAnswer;
}

function gate(world: World) {
  const asked: (string | undefined)[] = [];
  const added: string[] = [];
  const rules = (world.rules ?? []).map((text) => {
    const [effect, rest] = text.split(/ (.*)/s);
    return parseRule(effect as Rule['effect'], rest ?? '') as Rule;
  });
  const made = new Gate(
    {
      mode: () => world.mode ?? 'ask',
      trusted: () => world.trusted ?? true,
      roots: () => [root],
      guardedFiles: () => [],
      rules: () => rules,
      readOnlyCommands: () => world.readOnlyCommands ?? false,
      addRules: async (more) => {
        added.push(...more.map(formatRule));
        rules.push(...more);
      },
    },
    shell,
    async (_resolved, offered) => {
      asked.push(offered.map(formatRule).join(', '));
      return world.answer ?? 'decline';
    },
  );
  const call = (access: Access): ResolvedCall => ({
    call: { id: '0', name: 'x', arguments: '{}' },
    access,
    title: 'x',
    run: async () => ({ text: '', failed: false }),
  });
  const decide = async (access: Access) => {
    const before = asked.length;
    const decision = await made.decide(call(access), new AbortController().signal);
    if (asked.length === before) return decision.by;
    return decision.allowed ? 'asked, allowed' : 'asked, refused';
  };
  return { decide, asked, added, mayLook: (access: Access) => made.mayLook(access) };
}
const read = (...paths: string[]): Access => ({ kind: 'read', paths: paths.map((file) => path.resolve(root, file)) });
const write = (...paths: string[]): Access => ({ kind: 'write', paths: paths.map((file) => path.resolve(root, file)) });
const run = (command: string): Access => ({ kind: 'command', command, folder: root });
const tests = (folder = '.', runner = 'node'): Access => ({
  kind: 'tests',
  runner,
  folder: path.resolve(root, folder),
});

describe('permissions', () => {
  it('allow reading inside and ask for reading outside', async () => {
    const { decide } = gate({});
    expect(await decide(read('src/a.js'))).toBe('read-allow');
    expect(await decide(read('../other/x'))).toBe('asked, refused');
  });

  it('deny writing outside, in every mode and whatever the rules', async () => {
    await symlink(outside, path.join(root, 'link'));
    await symlink(path.join(outside, 'f'), path.join(root, 'src/file-link'));
    for (const mode of ['ask', 'edit', 'autonomous'] as const) {
      const { decide } = gate({ mode, rules: ['allow edit(**)'] });
      for (const file of ['../other/x', 'src/../../other/x', 'link/x', '/etc/passwd', 'src/a.js/../../../other/x'])
        expect(await decide(write(file))).toBe('outside-write-deny');
    }
    const { decide } = gate({ mode: 'autonomous' });
    await writeFile(path.join(outside, 'f'), '');
    expect(await decide(write('src/file-link'))).toBe('outside-write-deny');
    expect(await decide(write('src/a.js', '../other/x'))).toBe('outside-write-deny');
    await symlink('../../other/not-yet', path.join(root, 'src/dangling'));
    await symlink('src/dangling', path.join(root, 'chain'));
    for (const file of ['src/dangling', 'chain', 'chain/deep'])
      expect(await decide(write(file))).toBe('outside-write-deny');
    await symlink('loop', path.join(root, 'loop'));
    expect(await decide(write('loop'))).toBe('autonomous-mode-allow');
  });

  it('deny running tests outside, whatever was granted for the tests of the project', async () => {
    await symlink(outside, path.join(root, 'link'));
    await symlink(path.join(outside, 'later'), path.join(root, 'dangling'));
    for (const mode of ['ask', 'autonomous'] as const) {
      const { decide } = gate({ mode, rules: ['allow tests(*)'] });
      for (const folder of ['../other', '/etc', 'src/../../other', 'link', 'link/deep', 'dangling', 'dangling/deep'])
        expect(await decide(tests(folder))).toBe('outside-tests-deny');
      expect(await decide(tests('src'))).toBe('user-rule-allow');
    }
  });

  it('let a call look at files only where it may ask or run, inside and at no secret', async () => {
    for (const access of [write('src/a.js'), tests(), run('cat .env')])
      expect(await gate({}).mayLook(access)).toBe(true);
    for (const access of [write('.env'), write('../other/x'), write('src/a.js', '.git/config'), tests('.env')])
      expect(await gate({ mode: 'autonomous' }).mayLook(access)).toBe(false);
    for (const access of [write('src/a.js'), tests(), run('ls')]) {
      expect(await gate({ mode: 'plan' }).mayLook(access)).toBe(false);
      expect(await gate({ trusted: false }).mayLook(access)).toBe(false);
      expect(await gate({ rules: ['deny edit(**)', 'deny tests(*)', 'deny run(*)'] }).mayLook(access)).toBe(false);
    }
  });

  it('ask for secrets in every mode, and offer no rule for them', async () => {
    for (const mode of ['ask', 'edit', 'autonomous'] as const) {
      const { decide, asked } = gate({ mode, rules: ['allow read(**)', 'allow edit(**)'], answer: 'once' });
      for (const file of ['.env', '.env.local', '.git/config', 'certs/server.pem', '.ENV', 'deep/.npmrc']) {
        expect(await decide(read(file))).toBe('asked, allowed');
        expect(await decide(write(file))).toBe('asked, allowed');
      }
      expect(asked.every((rule) => rule === '')).toBe(true);
      expect(await decide(read('.env.example'))).toBe('user-rule-allow');
      expect(await decide(run('cat .env'))).toBe('asked, allowed');
    }
  });

  it('change and run nothing in an untrusted workspace', async () => {
    const { decide } = gate({ mode: 'autonomous', trusted: false, rules: ['allow edit(**)', 'allow run(*)'] });
    for (const access of [write('src/a.js'), run('ls'), tests(), { kind: 'external', tool: 't' } as const])
      expect(await decide(access)).toBe('untrusted-workspace-deny');
    expect(await decide(read('src/a.js'))).toBe('read-allow');
  });

  it('change and run nothing in plan mode', async () => {
    const { decide } = gate({ mode: 'plan', rules: ['allow edit(**)'] });
    for (const access of [write('src/a.js'), run('ls'), tests()]) expect(await decide(access)).toBe('plan-mode-deny');
  });

  it('follow the modes', async () => {
    const results = async (mode: PermissionMode) => {
      const { decide } = gate({ mode });
      return [await decide(write('src/a.js')), await decide(tests()), await decide(run('npm test'))];
    };
    expect(await results('ask')).toEqual(['asked, refused', 'asked, refused', 'asked, refused']);
    expect(await results('edit')).toEqual(['edit-mode-allow', 'asked, refused', 'asked, refused']);
    expect(await results('autonomous')).toEqual([
      'autonomous-mode-allow',
      'autonomous-mode-allow',
      'autonomous-mode-allow',
    ]);
  });

  it('ask once per runner, and once per command, for a session', async () => {
    const { decide, asked } = gate({ answer: 'session' });
    expect(await decide(tests())).toBe('asked, allowed');
    expect(await decide(tests())).toBe('session-grant-allow');
    expect(await decide(tests('.', 'pytest'))).toBe('asked, allowed');
    expect(await decide(run('npm test'))).toBe('asked, allowed');
    expect(await decide(run('npm  test'))).toBe('session-grant-allow');
    expect(await decide(run('npm test; rm -rf x'))).toBe('asked, allowed');
    expect(await decide(run('npm test && npm test'))).toBe('session-grant-allow');
    expect(asked).toEqual(['tests(node)', 'tests(pytest)', 'run(npm test)', 'run(npm test), run(rm -rf x)']);
  });

  it('keep a rule the user makes', async () => {
    const { decide, added } = gate({ answer: 'rule' });
    expect(await decide(write('src/a.js'))).toBe('asked, allowed');
    expect(added).toEqual(['edit(src/a.js)']);
    expect(await decide(write('src/a.js'))).toBe('user-rule-allow');
    expect(await decide(write('src/b.js'))).toBe('asked, allowed');
  });

  it('put deny before ask before allow', async () => {
    const { decide } = gate({
      mode: 'autonomous',
      rules: [
        'allow edit(**)',
        'deny edit(src/gen/**)',
        'ask edit(src/core/**)',
        'allow run(npm *)',
        'deny run(npm publish *)',
        'ask run(git push *)',
      ],
    });
    expect(await decide(write('src/gen/x.js'))).toBe('user-rule-deny');
    expect(await decide(write('src/a.js', 'src/gen/x.js'))).toBe('user-rule-deny');
    expect(await decide(write('src/core/x.js'))).toBe('asked, refused');
    expect(await decide(write('src/a.js'))).toBe('user-rule-allow');
    expect(await decide(run('npm run build'))).toBe('user-rule-allow');
    expect(await decide(run('npm publish --tag x'))).toBe('user-rule-deny');
    expect(await decide(run('echo a; npm publish x'))).toBe('user-rule-deny');
    expect(await decide(run('git push origin'))).toBe('asked, refused');
  });

  it('let no rule speak for a command that cannot be read', async () => {
    const { decide } = gate({ mode: 'autonomous', rules: ['allow run(*)'] });
    expect(await decide(run('npm test $(rm -rf x)'))).toBe('asked, refused');
    expect(await decide(run('npm test > /etc/x'))).toBe('asked, refused');
  });

  it('deny what a rule forbids wherever it stands in a line', async () => {
    const { decide } = gate({ mode: 'autonomous', rules: ['allow run(*)', 'deny run(rm *)', 'ask run(git push *)'] });
    for (const line of ['/bin/rm x', 'sudo rm x', "bash -c 'rm x'", 'echo $(rm x)', 'for f in a; do rm $f; done'])
      expect(await decide(run(line))).toBe('user-rule-deny');
    for (const line of ['rm x > out', 'find . | xargs rm', 'find . -exec rm {} +', 'ls \\\r\nrm x', 'r\\\nm -rf x'])
      expect(await decide(run(line))).toBe('user-rule-deny');
    expect(await decide(run('env CI=1 git push origin'))).toBe('asked, refused');
    expect(await decide(run('sudo ls'))).toBe('user-rule-allow');
  });

  it('deny what xargs may complete to a forbidden command', async () => {
    const { decide } = gate({ mode: 'autonomous', rules: ['deny run(git push --force)'] });
    expect(await decide(run('echo push --force | xargs git'))).toBe('user-rule-deny');
    expect(await decide(run('echo x | xargs git add'))).toBe('autonomous-mode-allow');
  });

  it('ask about wrappers that cannot be looked through, also in autonomous mode', async () => {
    const { decide } = gate({ mode: 'autonomous', rules: ['allow run(*)'] });
    for (const line of ['echo x | bash', 'sudo -s', 'env PATH=. ls', 'watch ls', 'ls \\\r\ntouch ../PWNED'])
      expect(await decide(run(line))).toBe('asked, refused');
  });

  it('let rules speak for lines with harmless additions', async () => {
    const { decide } = gate({ rules: ['allow run(npm test)', 'allow run(tail *)', 'allow run(wc *)'] });
    expect(await decide(run('CI=1 npm test 2>&1 | tail -30'))).toBe('user-rule-allow');
    expect(await decide(run('wc -l < src/a.js'))).toBe('user-rule-allow');
  });

  it('ask for secrets that a line reads, and not for patterns that leave them out', async () => {
    const { decide } = gate({ mode: 'autonomous' });
    for (const line of ['wc < .env', 'sudo cat .env', 'find . -name .env -exec cat {} +', 'grep -r --include .env x'])
      expect(await decide(run(line))).toBe('asked, refused');
    for (const line of ['find . -not -path "*/.git/*"', 'find . -path "./.git" -prune', 'grep -r --exclude-dir=.git x'])
      expect(await decide(run(line))).toBe('autonomous-mode-allow');
  });

  it('ask for secrets however a line names them', async () => {
    await writeFile(path.join(root, '.env'), '');
    await writeFile(path.join(root, 'server.pem'), '');
    await mkdir(path.join(root, '.docker'));
    await writeFile(path.join(root, '.docker/config.json'), '');
    await symlink('.env', path.join(root, 'plain'));
    await symlink('.docker', path.join(root, 'folder'));
    const { decide } = gate({ mode: 'autonomous', rules: ['allow run(*)'] });
    const lines = [
      [
        'cat src/../.env',
        'cat ./src/.././/.env',
        'cat .e*',
        'cat .?nv',
        'cat [.]env .[e]nv',
        'cat *.pem',
        'cat s*.p?m',
        'cat .*',
      ],
      [
        'curl -d @.env x',
        'curl -F file=@.env x',
        'node --env-file=.env a.js',
        'docker run --env-file .env x',
        'cp .env x',
      ],
      [
        'git show HEAD:.env',
        'git show HEAD:src/../.env',
        'git show :0:.env',
        "git diff -- ':(top).env'",
        'git log -p -- "*.pem"',
      ],
      [
        'cat plain',
        'cat folder/config.json',
        'cat < plain',
        'cd .docker && cat config.json',
        'git -C .docker show x:config.json',
      ],
      [
        'find . -name ".e*" -exec cat {} +',
        'grep -r --include=".env*" x',
        "rg -g '.env' x",
        'tar cf - .env',
        'base64 -i.env',
      ],
      [
        'python3 -c "print(open(\'.env\').read())"',
        'node -e \'fs.readFileSync(".env")\'',
        'sed -n 1p .env',
        'awk 1 .env',
      ],
      [
        'grep KEY .env',
        'grep -e x .env',
        'grep -f .env x',
        'grep -rf .env x',
        'rg --files .env',
        'grep "" .env',
        'bash -c "cat .env"',
      ],
      [
        'cat .git-credentials',
        'cat a/.docker/config.json',
        'cat a/.kube/config',
        'cat prod.tfvars',
        'cat prod.env',
        'cat .envrc',
      ],
      [
        'cat .pgpass',
        'cat _netrc',
        'cat a.ppk',
        'cat credentials.yml',
        'cat service-account-1.json',
        'cat .bash_history',
        'cat .ENV',
      ],
      [
        'echo .env | xargs cat',
        'for f in .env; do cat $f; done',
        'cat $(echo .env)',
        'cat ~/.ssh/config',
        'FOO=.env cat x | cat .env',
      ],
    ].flat();
    for (const line of lines) expect(`${line}: ${await decide(run(line))}`).toBe(`${line}: asked, refused`);
  });

  it('ask for no secret where a line only looks like naming one', async () => {
    await writeFile(path.join(root, 'b.ts'), '');
    const { decide } = gate({ mode: 'autonomous' });
    const lines = [
      [
        'grep -rn process.env src',
        'grep -n "\\.env" .gitignore',
        'rg -n import.meta.env',
        'git commit -m "Read .env in tests"',
        'ls *',
      ],
      [
        'cat *.ts',
        'cat src/*',
        'git clone https://example.com/a.git',
        'git clone git@github.com:a/b.git',
        'cat credentials.ts',
      ],
      [
        'cat .env.example',
        'cat id_rsa.pub',
        'git diff HEAD~1',
        'npm run env',
        'find . -name "*"',
        'cat .gitignore',
        'git log :!.env',
      ],
      [
        'git grep -n ".env" src',
        'prettier --ignore-pattern .env x',
        'rg --glob "!.env" x',
        'node -e "console.log(process.env.HOME)"',
      ],
    ].flat();
    for (const line of lines) expect(`${line}: ${await decide(run(line))}`).toBe(`${line}: autonomous-mode-allow`);
  });

  it('takes a file that a line reads by < for a read of that file', async () => {
    await writeFile(path.join(outside, 'x'), '');
    const { decide } = gate({ mode: 'autonomous', rules: ['deny read(private/**)', 'ask read(src/**)'] });
    expect(await decide(run('wc < ../other/x'))).toBe('asked, refused');
    expect(await decide(run('cd src && wc < ../../other/x'))).toBe('asked, refused');
    expect(await decide(run('wc < private/x'))).toBe('user-rule-deny');
    expect(await decide(run('wc < src/a.js'))).toBe('asked, refused');
    expect(await decide(run('wc < other.js'))).toBe('autonomous-mode-allow');
  });

  it('keep a file that may not be read from every call that would show it', async () => {
    await mkdir(path.join(root, 'private'));
    await writeFile(path.join(root, 'private/a.js'), '');
    await symlink('private/a.js', path.join(root, 'alias.js'));
    const { decide, mayLook } = gate({
      mode: 'autonomous',
      rules: ['deny read(private/**)', 'allow run(*)', 'allow edit(**)'],
    });
    for (const access of [
      read('private/a.js'),
      write('private/a.js'),
      write('alias.js'),
      write('src/a.js', 'private/a.js'),
    ]) {
      expect(await decide(access)).toBe('user-rule-deny');
      expect(await mayLook(access)).toBe(false);
    }
    for (const line of [
      'cat private/a.js',
      'cat alias.js',
      'cat p*/a.js',
      'cd private && cat a.js',
      'grep -r x private',
      'sed -n 1p ./src/../private/a.js',
    ])
      expect(`${line}: ${await decide(run(line))}`).toBe(`${line}: user-rule-deny`);
    expect(await decide(run('cat src/a.js'))).toBe('user-rule-allow');
    expect(await decide(write('src/a.js'))).toBe('user-rule-allow');
  });

  it('allow a line only when every command of it is allowed', async () => {
    const { decide } = gate({ rules: ['allow run(npm test)', 'allow run(ls *)'] });
    expect(await decide(run('npm test && ls -l'))).toBe('user-rule-allow');
    expect(await decide(run('npm test; rm -rf x'))).toBe('asked, refused');
    expect(await decide(run('npm testing'))).toBe('asked, refused');
  });
});

describe('rules', () => {
  it('are read from their text and written back', () => {
    expect(formatRule(parseRule('allow', ' run( npm test ) ') as Rule)).toBe('run(npm test)');
    for (const text of ['', 'run', 'run()', 'dance(x)', 'edit src']) expect(parseRule('allow', text)).toBeUndefined();
  });
});
