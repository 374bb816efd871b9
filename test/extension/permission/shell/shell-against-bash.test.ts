import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShellCommand } from '../../../../extension/permission/shell/shell-line.ts';
import { isLike } from '../../../../extension/permission/rule-words.ts';
import { loadShellReader, type ShellReader } from '../../../../extension/permission/shell/shell-command.ts';
import { casesOf, limitOfCases } from '../../../support/case-counts.ts';
import { grammarsOfPackages } from '../../../support/extension/package-grammars.ts';

const lineCount = casesOf('shell lines');
const bash = ['/bin/bash', '/usr/bin/bash', '/opt/homebrew/bin/bash'].find((file) => existsSync(file));
const programs = ['ls', 'rm', 'git', 'npm', 'cat'];

let shell: ShellReader;
let base: string;
beforeAll(async () => {
  shell = await loadShellReader(grammarsOfPackages(path.resolve(import.meta.dirname, '../../../..')), 'bash');
  base = await mkdtemp(path.join(tmpdir(), 'shell-'));
  await mkdir(path.join(base, 'bin'));
  await mkdir(path.join(base, 'empty'));
  // The stubs write one record per run: name and words with 1F between them, then 1E. Readable lines have neither.
  for (const name of programs) {
    const file = path.join(base, 'bin', name);
    await writeFile(
      file,
      `#!/bin/sh\nout=${name}\nfor word; do out="$out\u001f$word"; done\nprintf '%s\\036' "$out" >&7\n`,
    );
    await chmod(file, 0o755);
  }
});
afterAll(() => rm(base, { recursive: true, force: true }));

/** A generator of numbers in [0, 1), the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const names = [...programs, 'r"m"', '\\ls', "g'i't", 'time', 'command', '!', '{', '}', 'CI=1', 'X=1', 'l*', '[', 'if'];
const words = [
  [
    'a',
    '-l',
    '"b c"',
    "'d e'",
    '\\ ',
    '\\;',
    '\\\\',
    '"\\""',
    '"\\a"',
    "''",
    '""',
    '*',
    '?x',
    'a\\*b*',
    '[a"]"',
    '"a"*',
  ],
  [
    'HEAD~1',
    '~',
    'a~',
    'x=~',
    'stash@{0}',
    '{}',
    '{a,b}',
    '{1..3}',
    'a{',
    '}',
    '$',
    '"$"',
    '"a$|b"',
    '"$)"',
    '$x',
    '"$x"',
  ],
  [
    '==',
    '=',
    '+',
    '@',
    '%',
    '^',
    '!',
    '#',
    'a#b',
    ':',
    ',',
    '"#"',
    '"!"',
    "'\n'",
    '"\n"',
    '$"a"',
    "$'a'",
    '"`"',
    '`ls`',
  ],
  [
    'é',
    '"à"',
    'à',
    '日本',
    '\u00a0',
    '$(rm x)',
    '"$(rm x)"',
    '$((1))',
    'a"$"b',
    "a'$'b",
    'rm',
    'do',
    'in',
    'time',
    '[[',
  ],
].flat();
const joins = [
  [' ', ' ', ' ', ' ', '  ', '\t', '', '\n', ';', ' ; ', ' && ', ' | ', '&', ' & ', ' |& ', '\\\n', '\\\r\n', '\r'],
  [
    '\v',
    '\f',
    '\u0001',
    ' 2>&1',
    ' 2>/dev/null',
    ' >/dev/null ',
    '&>/dev/null',
    ' 2>&1x',
    ' >&2 ',
    '2>&1',
    ' </dev/null',
  ],
  [' <', ' <<', '(', ')', ' (', ') ', ' { ', '; }', ' #', '\\', '"', "'", ' < f ', '<f', '&&', '|', '!', ' ! ', ';;'],
].flat();

const redirections = [
  [
    ' 2>&1',
    ' >/dev/null',
    ' 2>/dev/null',
    ' &>/dev/null',
    ' </dev/null',
    '< /dev/null',
    ' 2> /dev/null',
    ' >&2',
    ' 1>&2 ',
  ],
  [
    ' >/dev/null 2>&1',
    ' 2>>/dev/null',
    ' &>>/dev/null',
    ' >& 1',
    '0</dev/null',
    ' 2>&3',
    ' >&/dev/null',
    ' 2>&-',
    ' >"/dev/null"',
  ],
  [
    ' <&0',
    '2>"&1"',
    ' >|/dev/null',
    '9>/dev/null',
    'a2>/dev/null',
    ' {a}>/dev/null',
    ' >/dev/null/',
    ' >\\/dev/null',
    ' >&2a',
  ],
].flat();
const assignments = [
  [
    'FOO=1 ',
    'A=b B=c ',
    'A="x" ',
    "A='x' ",
    'A=a:b ',
    'URL=http://h/x?a=b ',
    'CI=1\t',
    'A= ',
    'A=\\1 ',
    'A=~ ',
    'A=a:~ ',
    'A=1~ ',
  ],
  [
    'A=./x ',
    'A="a b" ',
    'A=$? ',
    'A={a,b} ',
    'A=* ',
    'A+=1 ',
    'A[0]=1 ',
    '"A"=1 ',
    'A"B"=1 ',
    'A =1 ',
    'CI=1\n',
    'CI=1;',
    'env A=1 ',
  ],
].flat();
const expansions = [
  [
    'HEAD@{1}',
    'a~b',
    'x~1~2',
    '~a',
    'a/~',
    'a:~',
    '=~',
    '}~',
    '"~"',
    '\\~',
    "''~",
    'a~/b',
    '{}',
    '{a}',
    'a{b}c',
    'a{}',
    '{',
    'a{,',
    'x{,}y',
  ],
  [
    '{a..b}',
    '{a..}',
    '"{a,b}"',
    "{'a',b}",
    '\\{a,b}',
    '{a\\,b}',
    '{a,b',
    'a,b}',
    '{}{',
    '{{a}}',
    '{"a,b"}',
    '$?',
    'a$?b',
    '"$?"',
    '"a$?"',
    '$?$?',
  ],
].flat();

function randomLine(random: () => number): string {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? '';
  // Few signs of the wild kind, so that a good part of the lines is readable.
  const join = () => (random() < 0.8 ? pick(joins.slice(0, 15)) : pick(joins));
  let line = (random() < 0.2 ? pick(assignments) : '') + pick(random() < 0.8 ? programs : names);
  for (let count = Math.floor(random() * 7); count > 0; count--) {
    const between = join();
    const starts = /[;&|(\n{]/.test(between);
    const heads = random() < 0.85 ? programs : names;
    if (starts && random() < 0.2) line += between + pick(assignments) + pick(heads);
    else line += between + pick(starts ? heads : ([words, words, expansions][Math.floor(random() * 3)] ?? words));
    if (random() < 0.15) line += pick(redirections);
  }
  return line;
}

/** What bash runs of each line, as the words of each command joined by 1F. */
async function runInBash(lines: readonly string[], part: number): Promise<string[][]> {
  const script = lines.map((line, at) => {
    const quoted = `'${line.replaceAll("'", `'\\''`)}'`;
    return `(eval ${quoted}; wait) 7>'${base}/${part}.${at}' >/dev/null 2>&1 </dev/null`;
  });
  const file = path.join(base, `${part}.sh`);
  await writeFile(file, script.join('\n'));
  const child = spawn(bash ?? '', ['--norc', file], {
    cwd: path.join(base, 'empty'),
    env: { PATH: path.join(base, 'bin'), LC_ALL: 'C.UTF-8' },
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('close', resolve));
  return await Promise.all(
    lines.map(async (_, at) => {
      const record = path.join(base, `${part}.${at}`);
      const ran = (await readFile(record, 'utf8')).split('\u001e').slice(0, -1);
      await rm(record);
      return ran;
    }),
  );
}

/** The words that a stub gets: keywords and builtins of the shell are taken off. */
function stubWords(command: readonly string[]): string | undefined {
  const start = command.findIndex((word) => word !== 'time' && word !== 'command');
  const rest = start === -1 ? [] : command.slice(start);
  return programs.includes(rest[0] ?? '') ? rest.join('\u001f') : undefined;
}

/** `exact`: a command that is missing or negated may end a `&&`, so that bash runs only a part. */
function expectation(commands: readonly ShellCommand[]): { expected: string[]; exact: boolean } {
  const all = commands.map(({ words: found }) => stubWords(found));
  const expected = all.filter((one) => one !== undefined);
  const keyword = commands.some(({ words: found }) => found[0] === 'time');
  return { expected, exact: expected.length === all.length && !keyword };
}

/** Takes out the command that was run; `$?` in it has become a number. */
function takeOut(list: string[], item: string): boolean {
  const at = list.findIndex((one) => (one.includes('$?') ? isLike(one.split('$?'), item) : one === item));
  if (at !== -1) list.splice(at, 1);
  return at !== -1;
}

describe.skipIf(bash === undefined)('a readable line', () => {
  it(
    `runs in bash what the reader says, for ${lineCount} random lines`,
    async () => {
      const random = seeded(20_260_411);
      const lines = Array.from({ length: lineCount }, () => randomLine(random));
      const readable = lines.flatMap((line) => {
        const read = shell.read(line);
        return read.readable && read.files.length === 0 ? [{ line, ...expectation(read.commands) }] : [];
      });
      // Else the test says nothing.
      expect(readable.length).toBeGreaterThan(lineCount / 10);
      for (const one of [/>/, /<\s*\/dev/, /\b[A-Z]+=/, /~/, /[{}]/, /\$\?/])
        expect(readable.filter(({ line }) => one.test(line)).length).toBeGreaterThan(lineCount / 1000);
      const wrong: unknown[] = [];
      for (let from = 0; from < readable.length; from += 500) {
        const batch = readable.slice(from, from + 500);
        const ran = await runInBash(
          batch.map(({ line }) => line),
          from,
        );
        for (const [at, { line, expected, exact }] of batch.entries()) {
          const left = [...expected];
          const unexpected = (ran[at] ?? []).filter((one) => !takeOut(left, one));
          if (unexpected.length > 0 || (exact && !line.includes('!') && left.length > 0))
            wrong.push({ line, expected, ran: ran[at] });
        }
      }
      expect(wrong, `${readable.length} of ${lineCount} lines are readable`).toEqual([]);
    },
    limitOfCases(120_000),
  );
});
