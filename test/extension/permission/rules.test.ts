import path from 'node:path';
import * as fc from '../../support/fast-check.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Access } from '../../../extension/agent/agent-tools.ts';
import type { PolicyInput, Rule } from '../../../extension/permission/policy.ts';
import { coveredBy, coversSome, formatRule, parseRule, rulesFor } from '../../../extension/permission/rules.ts';
import { loadShellReader, type ShellReader } from '../../../extension/permission/shell/shell-command.ts';
import { grammarsOfPackages } from '../../support/extension/package-grammars.ts';

let shell: ShellReader;
beforeAll(async () => {
  shell = await loadShellReader(grammarsOfPackages(path.resolve(import.meta.dirname, '../../..')), 'bash');
});

function input(access: Access, relative: readonly string[] = []): PolicyInput {
  return {
    asker: 'model',
    access,
    mode: 'ask',
    trusted: true,
    rules: [],
    grants: [],
    place: { outside: false, secret: false, relative },
    onlyReads: false,
    finds: 'nothing',
    guarded: false,
    line: access.kind === 'command' ? shell.read(access.command) : undefined,
  };
}
const command = (line: string) => input({ kind: 'command', command: line, folder: '/w' });
const edit = (file: string) => input({ kind: 'write', paths: [`/w/${file}`] }, [file]);
const tests = (runner: string) => input({ kind: 'tests', runner, folder: '/w' });
const tool = (name: string) => input({ kind: 'external', tool: name });
const rule = (text: string, effect: Rule['effect'] = 'allow') => parseRule(effect, text) as Rule;
const allows = (text: string, line: string) => coveredBy([rule(text)], command(line));
const denies = (text: string, line: string) => coversSome(rule(text, 'deny'), command(line));
const offered = (of: PolicyInput) => rulesFor(of).map(formatRule);
/** As they come back from the store. */
const stored = (of: PolicyInput) => offered(of).map((text) => rule(text));

describe('the rule of a call', () => {
  it('says what was approved', () => {
    expect(offered(command('npm test'))).toEqual(['run(npm test)']);
    expect(offered(command('rm -rf "build /"'))).toEqual(["run(rm -rf 'build /')"]);
    expect(offered(command(`git commit -m "it's done" ''`))).toEqual([`run(git commit -m 'it'\\''s done' '')`]);
    expect(offered(command("grep 'a*' x"))).toEqual(["run(grep 'a*' x)"]);
    expect(offered(command('echo "!x" "…" ...'))).toEqual(["run(echo '!x' '…' '...')"]);
    expect(offered(edit('src/[id].ts'))).toEqual(["edit('src/[id].ts')"]);
    expect(offered(tool('*'))).toEqual(["tool('*')"]);
  });

  it('is one for each part of a chain', () => {
    expect(offered(command('npm run lint && npm test 2>&1 | tail -5; npm test'))).toEqual([
      'run(npm run lint)',
      'run(npm test)',
      'run(tail -5)',
    ]);
    expect(offered(command('a; b; c; d; e; f'))).toEqual([]);
    expect(offered(input({ kind: 'write', paths: ['/w/a', '/w/b'] }, ['a', 'b']))).toEqual(['edit(a)', 'edit(b)']);
  });

  it('does not exist where a rule cannot say what was approved', () => {
    for (const line of ['rm *.log', 'echo "a\nb"', `echo ${'x'.repeat(400)}`, 'echo $(ls)'])
      expect(offered(command(line))).toEqual([]);
    expect(offered(edit('a\nb'))).toEqual([]);
    expect(offered(input({ kind: 'read', paths: ['/etc/hosts'] }, ['/etc/hosts']))).toEqual([]);
  });

  it('of a test script with files is that of the script', () => {
    expect(offered(command('npm test -- a.test.js'))).toEqual(['run(npm test)']);
    expect(offered(command('npm run test:unit -- src/a.test.js b.js'))).toEqual(['run(npm run test:unit)']);
    expect(allows('run(npm test)', 'npm test -- src/a.test.js')).toBe(true);
    for (const more of ['--config=x', '-u', '../x.js', '/x.js', 'a/../../x.js', '*.js', '"a b"', ''])
      expect(allows('run(npm test)', `npm test -- ${more}`)).toBe(false);
    for (const line of ['npm start -- a.js', 'npm exec -- test', 'npm test a.js', 'npm run build -- a.js'])
      expect(allows(`run(${line.split(' -- ')[0] ?? ''} x)`, line)).toBe(false);
    expect(allows('run(npm start)', 'npm start -- a.js')).toBe(false);
  });

  const text = fc.oneof(
    fc.stringMatching(/^[ -~]{0,12}$/),
    fc.string({ unit: 'grapheme', maxLength: 8 }).filter((one) => !/\p{Cc}|\p{Surrogate}/u.test(one)),
    fc.constantFrom(
      '',
      ' ',
      '*',
      '**',
      '…',
      '...',
      '!',
      '!a',
      '-',
      '--',
      "'",
      '"',
      '\\',
      "\\'",
      'a b',
      '(',
      ')',
      'a)',
      '$?',
    ),
  );
  const shellQuoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

  it('allows exactly that command', () => {
    const words = fc.array(text, { maxLength: 4 });
    let rules = 0;
    fc.assert(
      fc.property(words, words, (some, others) => {
        const [one, other] = [some, others].map((list) => ['git', ...list.map(shellQuoted)].join(' ')) as [
          string,
          string,
        ];
        const kept = stored(command(one));
        rules += kept.length;
        if (kept.length === 0) return;
        expect(coveredBy(kept, command(one))).toBe(true);
        expect(coveredBy(kept, command(other))).toBe(JSON.stringify(some) === JSON.stringify(others));
        expect(coveredBy(kept, command(`${one} x`))).toBe(false);
        expect(coveredBy(kept, command(`${one}; rm x`))).toBe(false);
      }),
      { numRuns: 2000, seed: 7 },
    );
    // Else the test says nothing.
    expect(rules).toBeGreaterThan(1000);
  });

  it.each(['edit', 'tests', 'tool'] as const)('allows exactly that call: %s', (kind) => {
    const call = { edit, tests, tool }[kind];
    let rules = 0;
    fc.assert(
      fc.property(text, text, (one, other) => {
        const kept = stored(call(one));
        rules += kept.length;
        expect(kept.length > 0 && coveredBy(kept, call(one))).toBe(kept.length > 0);
        expect(coveredBy(kept, call(other))).toBe(kept.length > 0 && one === other);
        for (const third of [edit(one), tests(one), tool(one), command('git')].filter(
          ({ access }) => access.kind !== call(one).access.kind,
        ))
          expect(coveredBy(kept, third)).toBe(false);
      }),
      { numRuns: 2000, seed: 7 },
    );
    expect(rules).toBeGreaterThan(1000);
  });
});

describe('an allow rule', () => {
  it('covers commands word by word', () => {
    expect(allows('run(npm run *)', 'npm run build --x')).toBe(true);
    expect(allows('run(npm run *)', 'npm publish')).toBe(false);
    expect(allows('run(git add *.ts)', 'git add a.ts')).toBe(true);
    expect(allows('run(git add *.ts)', 'git add a.ts b.js')).toBe(false);
    expect(allows('run(git … --stat)', 'git log -p --stat')).toBe(true);
    expect(allows('run(git … --stat)', 'git log -p --stat x')).toBe(false);
    expect(allows('run(git "commit" -m ...)', 'git commit -m x y')).toBe(true);
    expect(allows("run(rm '*')", 'rm *')).toBe(false);
    expect(allows("run(rm '*')", "rm '*'")).toBe(true);
    expect(allows('run(npm test)', 'npm --silent test')).toBe(false);
  });

  it('can leave out an argument wherever it stands and however it is spelled', () => {
    const text = 'run(git push * !--force !+*)';
    for (const line of ['git push', 'git push origin main', 'git push --force-with-lease', 'git push -u origin'])
      expect(allows(text, line)).toBe(true);
    for (const line of [
      'git push --force',
      'git push origin -f',
      'git push -uf',
      'git push --forc',
      'git push o +main',
    ])
      expect(allows(text, line)).toBe(false);
    for (const line of ['git push [-]*', 'git push *', 'git push ?-force']) expect(allows(text, line)).toBe(false);
    expect(allows('run(xargs git push * !--force)', 'xargs git push')).toBe(false);
  });

  it('is not a rule when a quote is open or it only leaves out', () => {
    for (const text of ["run(it's)", 'run(a "b)', 'run(!--force)', 'run( )'])
      expect(parseRule('allow', text)).toBeUndefined();
  });

  it('is compared in no time, however many stars it has', () => {
    const start = performance.now();
    expect(allows(`run(a ${'*a'.repeat(40)}b *x)`, `a ${'a'.repeat(9000)} y`)).toBe(false);
    expect(allows(`run(${'… a '.repeat(30)}b)`, `a ${'a '.repeat(4000)}`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('a deny rule', () => {
  it.each([
    [
      'rm -rf *',
      ['rm -rf x', 'rm -fr x', 'rm -r -f x', 'rm -rvf x', 'rm x -rf', 'rm -f x -R', 'rm --recursive --force x'],
    ],
    [
      'rm -rf *',
      ['rm --rec -f x', 'rm -r --forc x', 'sudo rm -fr x', 'RM -rf x', '/bin/rm -v -fr x', 'rm -r[f] x', 'rm -rf -- x'],
    ],
    [
      'git push *',
      ['git -C x push', 'git --no-pager push', 'git -c user.name=x push o', 'git --git-dir=x push', 'git -P push'],
    ],
    ['git push *', ['git --git-dir x --work-tree y push o', 'git pus? o', 'git "push"', 'git -C push push']],
    [
      'git push … --force …',
      ['git push --force', 'git push -f', 'git push o m --force', 'git -C x push o -uf', 'git push --for'],
    ],
    ['git push … --force …', ['git push origin +main', 'git -C x push o +a:b']],
    [
      'npm publish *',
      [
        'npm pub',
        'npm --silent publi',
        'npm --silent publish',
        'npm publish',
        'npm --prefix x publish',
        'npm -s publish --tag x',
      ],
    ],
    ['npm publish --tag beta *', ['npm publish --tag=beta', 'npm --tag beta publish', 'npm publish x --tag beta']],
    ['docker rm *', ['docker --context x rm y', 'docker -H x --tls rm y', 'docker --context=x rm y']],
    ['git push --force', ['git push --force', 'git push --force -q', 'git push -f']],
    ['find … -delete …', ['find . -delete', 'find . -name x -delete']],
    ['… --no-verify …', ['git commit --no-verify', 'git push --no-verify x']],
    [
      'rm secret',
      ['find . -name secret -exec rm {} +', 'find . -exec rm {} \\;', 'echo secret | xargs rm', 'rm -v secret'],
    ],
    ['*', ['ls', 'a | b']],
  ])('%j is not walked round', (pattern, lines) => {
    for (const line of lines) expect(`${line}: ${denies(`run(${pattern})`, line)}`).toBe(`${line}: true`);
  });

  it.each([
    ['rm -rf *', ['rm -r x', 'rm -f x', 'rm x', 'ls -rf', 'rm *', 'rmdir -rf x']],
    ['git push *', ['git pull', 'git commit -m push', 'git --no-pager log push', 'git stash push']],
    [
      'git push … --force …',
      ['git push', 'git push --force-with-lease', 'git push --follow-tags', 'git commit --force'],
    ],
    ['npm publish *', ['npm run publish', 'npm --silent run publish', 'npm test']],
    ['npm publish --tag beta *', ['npm publish --tag next', 'npm publish']],
    ['git push', ['git push origin', 'git pull']],
    ['find … -delete …', ['find . -type d -ls -empty -maxdepth 1', 'find . -name delete']],
    ['git push * !--dry-run', ['git push --dry-run', 'git push o --dry-run']],
  ])('%j is about nothing else', (pattern, lines) => {
    for (const line of lines) expect(`${line}: ${denies(`run(${pattern})`, line)}`).toBe(`${line}: false`);
  });

  it('of what excludes an argument holds when it only seems to be there', () => {
    for (const line of ['git push', 'git push --dry', 'git push -- --dry-run'])
      expect(denies('run(git push * !--dry-run)', line)).toBe(true);
  });

  it.each(
    [
      ['echo $(rm -r -f x)', 'echo "`rm -fr x`"', 'for f in *; do rm -fr "$f"; done', 'while rm -rf x; do :; done'],
      [
        'rm -fr x > out',
        'rm -fr x 2>> log',
        'X=$(rm -rf x)',
        'X=$(rm -rf x) ls',
        'cat <<E\n$(rm -rf x)\nE',
        'cat <<< "$(rm -rf x)"',
      ],
      [
        'case a in a) rm -rf x;; esac',
        '[[ -n $(rm -rf x) ]]',
        'echo ${a:-$(rm -rf x)}',
        'ls > $(rm -rf x)',
        'echo $(( $(rm -rf x) ))',
      ],
      [
        'if true; then rm -rf x; fi',
        'f() { rm -rf x; }; f',
        'diff <(rm -rf x) y',
        'until rm -rf "$a"; do :; done',
        'a=(`rm -rf x`)',
      ],
      [
        'rm -rf "$HOME"',
        'rm -rf $x',
        'rm -rf ~',
        'rm -rf {a,b}',
        'rm "-rf" x',
        'PATH=. rm -rf x',
        'select a in b; do rm -rf x; done',
      ],
      [
        'git bisect run rm -rf x',
        'git submodule foreach rm -rf x',
        'git submodule foreach "rm -rf x"',
        "git rebase -x 'rm -rf x' y",
      ],
      [
        "git -c alias.a='!rm -rf x' a",
        'bash <<E\nrm -rf x\nE',
        'cat <<< "rm -rf x" | sh',
        'echo rm -rf x | sudo sh',
        "printf 'ls; rm -rf x' | bash",
        'echo a && (cd b; rm -rf x)',
        'time rm -fr x',
        '! rm -fr x',
      ],
    ].flat(),
  )('sees what it is about in %j', (line) => {
    expect(denies('run(rm -rf *)', line)).toBe(true);
  });

  it('for reading also stops changes, which show the text', () => {
    expect(coversSome(rule('read(private/**)', 'deny'), edit('private/a'))).toBe(true);
    expect(coversSome(rule('read(private/**)', 'deny'), edit('src/a'))).toBe(false);
    expect(coversSome(rule('read(private/**)', 'deny'), tests('private/a'))).toBe(false);
  });
});
