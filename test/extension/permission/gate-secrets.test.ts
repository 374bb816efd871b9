import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useGateFolder } from '../../support/extension/gate-world.ts';

const place = useGateFolder();
const { gate, read, write, run } = place;

describe('secrets and files that may not be read', () => {
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

  it('ask for secrets that a line reads, and not for patterns that leave them out', async () => {
    const { decide } = gate({ mode: 'autonomous' });
    for (const line of ['wc < .env', 'sudo cat .env', 'find . -name .env -exec cat {} +', 'grep -r --include .env x'])
      expect(await decide(run(line))).toBe('asked, refused');
    for (const line of ['find . -not -path "*/.git/*"', 'find . -path "./.git" -prune', 'grep -r --exclude-dir=.git x'])
      expect(await decide(run(line))).toBe('autonomous-mode-allow');
  });

  it('ask for secrets however a line names them', async () => {
    await writeFile(path.join(place.root, '.env'), '');
    await writeFile(path.join(place.root, 'server.pem'), '');
    await mkdir(path.join(place.root, '.docker'));
    await writeFile(path.join(place.root, '.docker/config.json'), '');
    await symlink('.env', path.join(place.root, 'plain'));
    await symlink('.docker', path.join(place.root, 'folder'));
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
    await writeFile(path.join(place.root, 'b.ts'), '');
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
    await writeFile(path.join(place.outside, 'x'), '');
    const { decide } = gate({ mode: 'autonomous', rules: ['deny read(private/**)', 'ask read(src/**)'] });
    expect(await decide(run('wc < ../other/x'))).toBe('asked, refused');
    expect(await decide(run('cd src && wc < ../../other/x'))).toBe('asked, refused');
    expect(await decide(run('wc < private/x'))).toBe('user-rule-deny');
    expect(await decide(run('wc < src/a.js'))).toBe('asked, refused');
    expect(await decide(run('wc < other.js'))).toBe('autonomous-mode-allow');
  });

  it('keep a file that may not be read from every call that would show it', async () => {
    await mkdir(path.join(place.root, 'private'));
    await writeFile(path.join(place.root, 'private/a.js'), '');
    await symlink('private/a.js', path.join(place.root, 'alias.js'));
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

  it('are found in no time, however long the line is', async () => {
    await writeFile(path.join(place.root, 'a'.repeat(200)), '');
    const { decide } = gate({ mode: 'autonomous' });
    const start = performance.now();
    for (const word of [
      '*a',
      'a/',
      '*/',
      '?*',
      '.env',
      'a ',
      '*a ',
      '../',
      '[a]*',
      "'a' ",
      '=a',
      'cd a;',
      '{}',
      '-C a ',
      'a*/ ',
    ])
      await decide(run(`cat ${word.repeat(9000 / word.length)}b`));
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});
