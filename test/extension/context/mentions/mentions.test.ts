// Faked: the editor (texts in memory), the index, git, the terminals.
import { beforeEach, describe, expect, it } from 'vitest';
import { fileMention } from '../../../../extension/context/mentions/file-mention.ts';
import { FileNames } from '../../../../extension/context/mentions/file-names.ts';
import { folderMention } from '../../../../extension/context/mentions/folder-mention.ts';
import { splitDiff, withoutHidden } from '../../../../extension/context/git/file-diffs.ts';
import { gitMention } from '../../../../extension/context/mentions/git-mention.ts';
import { Mentions } from '../../../../extension/context/mentions/mentions.ts';
import { problemsMention } from '../../../../extension/context/mentions/problems-mention.ts';
import { selectionMention, type SelectedText } from '../../../../extension/context/mentions/selection-mention.ts';
import { symbolMention } from '../../../../extension/context/mentions/symbol-mention.ts';
import { TerminalHistory } from '../../../../extension/context/mentions/terminal-history.ts';
import { terminalMention } from '../../../../extension/context/mentions/terminal-mention.ts';
import type { Problem } from '../../../../extension/workspace/problem.ts';
import { namesSecret } from '../../../../extension/permission/secret-names.ts';
import { OutputBuffer } from '../../../../extension/tools/commands/output-buffer.ts';
import { FakeIndex } from '../../../support/extension/fake-index.ts';
import { MemoryWorkspace } from '../../../support/extension/memory-workspace.ts';

let mentions: Mentions;
let problems: Problem[];
let selected: SelectedText | undefined;
let history: TerminalHistory;
let diff: string;
let asked: string[];
let allow: boolean;
let open: string[];

beforeEach(() => {
  problems = [];
  selected = undefined;
  history = new TerminalHistory(() => new OutputBuffer(2000));
  diff = '';
  asked = [];
  allow = true;
  open = [];
  const files = new MemoryWorkspace({
    'src/math.js': 'export function add(a, b) {\n  return a + b;\n}\n',
    'src/text.js': 'text\n',
    'test/math.test.js': 't\n',
    'a.md': 'long '.repeat(10_000),
    '.env': 'PASSWORD=hunter2\n',
    'my notes.md': 'moon\n',
  });
  const index = new FakeIndex({
    'src/math.js': { defines: ['add(a, b)'] },
    'src/text.js': { defines: ['same()'] },
    'test/math.test.js': { defines: ['same()'] },
  });
  const names = new FileNames(files);
  const isSecret = async (absolute: string) => namesSecret(absolute);
  mentions = new Mentions(
    [
      problemsMention(
        () => problems,
        (absolute) => files.relative(absolute),
      ),
      selectionMention(() => selected, isSecret),
      terminalMention(history),
      gitMention(async () => withoutHidden(splitDiff(diff), namesSecret)),
      fileMention({ files, names, open: () => open, isSecret }),
      folderMention(files, names),
      symbolMention(files, index),
    ],
    async (secrets) => {
      asked.push(...secrets);
      return allow;
    },
  );
});

const suggested = async (query: string) => (await mentions.suggest(query)) ?? [];
const inserts = async (query: string) => (await suggested(query)).map(({ insert }) => insert);
const full = async (request: string) => (await mentions.expand(request, 'full')).text;
const compact = async (request: string) => (await mentions.expand(request, 'compact')).text;

describe('what is suggested', () => {
  it('fits by the beginning of its name first, then by any part, then by letters in order', async () => {
    expect((await inserts('math')).slice(0, 2)).toEqual(['@src/math.js', '@test/math.test.js']);
    expect((await inserts('te')).slice(0, 4)).toEqual(['@terminal', '@src/text.js', '@test/', '@test/math.test.js']);
    expect(await inserts('smj')).toEqual(['@src/math.js', '@test/math.test.js']);
    expect(await inserts('nothing')).toEqual([]);
  });

  it('begins with what needs no name, the kinds, then the files that are open', async () => {
    open = ['src/text.js'];
    expect((await inserts('')).slice(0, 7)).toEqual([
      '@git',
      '@problems',
      '@terminal',
      '@file:',
      '@folder:',
      '@symbol:',
      '@src/text.js',
    ]);
    selected = { path: 'src/math.js', absolute: '/w/src/math.js', from: 1, to: 2, text: 'x' };
    expect(await mentions.suggest('sel')).toEqual([
      { kind: 'selection', label: '@selection', detail: 'src/math.js, lines 1-2', insert: '@selection' },
    ]);
  });

  it('is of one kind behind its name', async () => {
    expect(await inserts('folder:s')).toEqual(['@src/', '@test/']);
    expect((await inserts('file:te'))[0]).toBe('@src/text.js');
    expect(await mentions.suggest('symbol:ad')).toEqual([
      { kind: 'symbol', label: 'add', detail: 'src/math.js:1', insert: '@symbol:add' },
    ]);
  });

  it('says which symbol, where several have the name, and puts names with spaces in quotes', async () => {
    expect(await inserts('symbol:same')).toEqual(['@symbol:src/text.js#same', '@symbol:test/math.test.js#same']);
    expect((await inserts('notes'))[0]).toBe('@"my notes.md"');
  });

  it('says kind, label and folder of a file', async () => {
    expect((await suggested('src/math'))[0]).toEqual({
      kind: 'file',
      label: 'math.js',
      detail: 'src',
      insert: '@src/math.js',
    });
  });
});

describe('a file or folder', () => {
  it('becomes the path for small models', async () => {
    expect(await compact('Fix @src/math.js, then @src/text.js.')).toBe('Fix src/math.js, then src/text.js.');
  });

  it('brings the text along for others, once, at the end', async () => {
    expect(await full('Fix @src/text.js (see @src/text.js)')).toBe(
      'Fix src/text.js (see src/text.js)\n\n<file path="src/text.js">\ntext\n\n</file>',
    );
    expect(await full('Read @a.md')).toContain('[the rest is left out: read it with read_file]');
    expect(await full('List @src/ and @src')).toBe(
      'List src/ and src\n\n<folder path="src">\nsrc/math.js\nsrc/text.js\n</folder>',
    );
    expect(await full('Read @"my notes.md"!')).toBe('Read my notes.md!\n\n<file path="my notes.md">\nmoon\n\n</file>');
  });

  it('of nothing in the workspace stays as it is', async () => {
    for (const text of [
      'mail me@home.org',
      'ask @ada',
      '@../etc/passwd',
      '@/etc/passwd',
      'a @ b',
      '@add',
      '@param {string} x',
      '@symbol:nothing',
      '@file:nothing',
    ])
      expect(await full(text)).toBe(text);
  });

  it('says which files it is about, and which are there whole', async () => {
    expect(await mentions.expand('@src/math.js @src/ @a.md', 'full')).toMatchObject({
      paths: ['src/math.js', 'src', 'a.md'],
      whole: ['src/math.js'],
    });
    expect((await mentions.expand('@src/math.js', 'compact')).whole).toEqual([]);
  });

  it('that may hold secrets goes along only when the user says so', async () => {
    expect(await full('Use @.env')).toContain('hunter2');
    allow = false;
    expect(await full('Use @.env and @src/text.js')).toBe(
      'Use .env and src/text.js\n\n[.env is not attached: it may hold secrets]\n\n<file path="src/text.js">\ntext\n\n</file>',
    );
    expect(asked).toEqual(['.env', '.env']);
    expect(await compact('Use @.env')).toBe('Use .env');
    expect(asked).toHaveLength(2);
  });
});

describe('a symbol', () => {
  it('brings the text of its definition, with its place', async () => {
    expect(await full('Explain @symbol:add.')).toBe(
      'Explain add (src/math.js:1).\n\n<symbol name="add" path="src/math.js" lines="1-1">\nexport function add(a, b) {\n</symbol>',
    );
    expect(await compact('Explain @symbol:add.')).toBe('Explain add (src/math.js:1).');
    expect(await full('@symbol:src/text.js#same')).toContain('path="src/text.js"');
    expect(await full('@symbol:src/text.js#same')).not.toContain('path="test/math.test.js"');
  });
});

describe('problems', () => {
  const problem = (line: number, severity: Problem['severity'], message: string): Problem => ({
    path: '/w/src/math.js',
    line,
    severity,
    message,
    source: 'ts',
  });

  it('are errors and warnings, errors first', async () => {
    problems = [problem(1, 'warning', 'unused'), problem(2, 'hint', 'shorter'), problem(3, 'error', 'not\n  defined')];
    expect(await full('Fix @problems.')).toBe(
      'Fix the problems below.\n\n<problems>\nsrc/math.js:3: error: not defined (ts)\nsrc/math.js:1: warning: unused (ts)\n</problems>',
    );
    expect((await suggested('prob'))[0]?.detail).toBe('errors and warnings: 2');
  });

  it('are few for small models', async () => {
    problems = Array.from({ length: 9 }, (_, at) => problem(at + 1, 'error', 'bad'));
    expect((await compact('@problems')).split('\n')).toHaveLength(2 + 6);
    problems = [];
    expect(await compact('@problems')).toBe('the problems below\n\nNo problems');
  });
});

describe('the selection', () => {
  it('comes with its place', async () => {
    selected = { path: 'src/math.js', absolute: '/w/src/math.js', from: 2, to: 3, text: '  return a + b;\n}' };
    expect(await full('Explain @selection')).toBe(
      'Explain src/math.js:2-3\n\n<selection path="src/math.js" lines="2-3">\n  return a + b;\n}\n</selection>',
    );
    expect(await compact('Explain @selection')).toBe('Explain src/math.js:2-3\n\n```\n  return a + b;\n}\n```');
  });

  it('of a secret file is asked for', async () => {
    selected = { path: '.env', absolute: '/w/.env', from: 1, to: 1, text: 'PASSWORD=hunter2' };
    allow = false;
    expect(await full('@selection')).not.toContain('hunter2');
    expect(asked).toEqual(['.env']);
  });
});

describe('the terminal', () => {
  it('is its last commands with what they printed and how they ended', async () => {
    const [first, second] = [{}, {}];
    history.started(first, 'npm test');
    history.printed(first, '\u001B]633;C\u0007\u001B[31m1 failed\u001B[0m\r\n');
    history.ended(first, 'npm test', 1);
    history.started(second, 'npm start');
    expect(await full('Why? @terminal')).toBe(
      'Why? the terminal output below\n\n<terminal>\n$ npm test\n1 failed\nexit code 1\n\n$ npm start\nstill running\n</terminal>',
    );
    expect(await compact('@terminal')).toBe('the terminal output below\n\n$ npm start\nstill running');
  });

  it('holds little, however much is printed', async () => {
    for (let run = 0; run < 9; run++) {
      const key = {};
      history.started(key, `run ${run}`);
      for (let line = 0; line < 1000; line++) history.printed(key, `line ${line}\n`);
      history.ended(key, '', 0);
    }
    expect(history.runs.map(({ command }) => command)).toEqual(['run 4', 'run 5', 'run 6', 'run 7', 'run 8']);
    const text = await full('@terminal');
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain('line 999\nexit code 0');
  });

  it('says that nothing was run', async () => {
    expect(await full('@terminal')).toContain('No command has been run since the window was opened.');
  });
});

describe('git', () => {
  const change = (name: string) =>
    `diff --git a/${name} b/${name}\nindex 1..2 100644\n--- a/${name}\n+++ b/${name}\n@@ -1 +1 @@\n-old\n+new of ${name}\n`;

  it('is the diff, without that of secrets', async () => {
    diff = change('src/math.js') + change('.env') + change('b.js');
    const text = await full('Review @git');
    expect(text).toBe(
      `Review the git diff below\n\n<diff>\n${change('src/math.js')}[changes of .env are left out: it may hold secrets]\n${change('b.js').trimEnd()}\n</diff>`,
    );
    expect(await compact('@git')).toBe(
      `the git diff below\n\n\`\`\`diff\n${change('src/math.js').trimEnd()}\n\`\`\`\nand 2 more files`,
    );
    diff = '';
    expect(await full('@git')).toContain('No changes.');
  });
});

describe('what each mention adds', () => {
  it('is known before anything is sent, and asks nobody', async () => {
    const texts = await mentions.texts('Look at @src/text.js, @git and @.env, again @src/text.js', 'full');
    expect(texts.map(({ kind, label, secret }) => [kind, label, secret])).toEqual([
      ['file', 'src/text.js', false],
      ['git', '@git', false],
      ['file', '.env', true],
    ]);
    expect(texts[0]?.text).toContain('text');
    expect(texts[2]?.text).not.toContain('hunter2');
    expect(asked).toEqual([]);
    expect((await mentions.texts('@src/text.js', 'compact')).map(({ text }) => text)).toEqual(['']);
  });
});
