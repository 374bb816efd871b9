// Faked: the editor, language servers, the user. The gate and the files are real.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { runToolBatch } from '../../../extension/agent/tool-batch.ts';
import { Gate } from '../../../extension/permission/gate.ts';
import type { PermissionMode } from '../../../extension/permission/permission-mode.ts';
import { deleteFile } from '../../../extension/tools/files/delete-file.ts';
import { editFile } from '../../../extension/tools/files/edit-file.ts';
import { writeFile } from '../../../extension/tools/files/write-file.ts';
import { renameSymbol } from '../../../extension/tools/symbols/rename-symbol.ts';
import { runTests, type RunTestsParts } from '../../../extension/tools/test-runners/run-tests.ts';
import { Toolbox } from '../../../extension/tools/toolbox.ts';
import type { Tool } from '../../../extension/tools/tool.ts';
import type { WorkspaceEdits } from '../../../extension/workspace/workspace-files.ts';
import { DiskWorkspace } from '../../support/extension/disk-workspace.ts';

const made: DiskWorkspace[] = [];
afterEach(() => {
  for (const workspace of made.splice(0)) workspace.remove();
});

interface World {
  readonly mode?: PermissionMode;
  readonly trusted?: boolean;
  readonly answer?: 'once' | 'decline';
}

function setUp({ mode = 'ask', trusted = true, answer = 'decline' }: World) {
  const workspace = new DiskWorkspace({ '.env': 'TOKEN=hunter2\n', 'a.js': 'let total = 1;\n', 'test/a.test.js': '' });
  const outside = new DiskWorkspace({ 'secret.test.js': 'const token = 1;\n' });
  made.push(workspace, outside);
  symlinkSync(outside.folder, path.join(workspace.folder, 'link'));
  const read: string[] = [];
  const events: string[] = [];
  const files = {
    folders: workspace.folders,
    absolute: (name: string) => workspace.absolute(name),
    relative: (absolute: string) => workspace.relative(absolute),
    list: (folder: string) => workspace.list(folder),
    all: () => workspace.all(),
    read: (absolute: string) => {
      read.push(absolute);
      return workspace.read(absolute);
    },
  };
  const nothing = async () => ({ after: '', saved: true, newProblems: [] });
  const edits: WorkspaceEdits = { change: nothing, create: nothing, remove: nothing };
  const search = { search: async () => ({ hits: [], cut: false }) };
  const tests = { files, environment: () => ({}), reporters: '' } as unknown as RunTestsParts;
  const tools = [
    editFile(files, edits),
    writeFile(files, edits),
    deleteFile(files, edits),
    renameSymbol({ files, search, rename: async () => undefined }),
    runTests(tests),
  ] as Tool[];
  const facts = {
    mode: () => mode,
    trusted: () => trusted,
    roots: () => [workspace.folder],
    guardedFiles: () => [],
    rules: () => [],
    readOnlyCommands: () => true,
    addRules: async () => undefined,
  };
  const asked: string[] = [];
  const gate = new Gate(facts, { read: () => 'unreadable' } as never, async ({ title, preview }) => {
    asked.push(title);
    events.push(JSON.stringify(preview ?? ''));
    return answer;
  });
  const say = async (name: string, args: object) => {
    const { messages } = await runToolBatch(
      [{ id: '0', name, arguments: JSON.stringify(args) }],
      [],
      {
        tools: new Toolbox(tools, 'full'),
        gate,
        emit: (event) => events.push(JSON.stringify(event)),
        cut: async (text) => text,
      },
      new AbortController().signal,
    );
    return messages[0]?.content;
  };
  return { say, read, asked, events, outside, workspace };
}

const callsOn = (file: string): readonly (readonly [string, object])[] => [
  ['edit_file', { path: file, old_string: 'TOKEN=hunter', new_string: 'x' }],
  ['write_file', { path: file, content: 'x' }],
  ['delete_file', { path: file }],
  ['rename_symbol', { path: file, line: 9, name: 'total', new_name: 'sum' }],
  ['run_tests', { target: file }],
];

describe('a call that is denied', () => {
  it.each([
    ['in plan mode', { mode: 'plan' }, /^Error: in plan mode/],
    ['in an untrusted workspace', { trusted: false }, /^Error: the user has not trusted/],
  ] as const)('%s says only that, whatever is at its path', async (_, world, denial) => {
    const { say, read } = setUp(world);
    for (const file of ['.env', 'a.js', 'none.js', 'test', '.git/none'])
      for (const [name, args] of callsOn(file)) expect(await say(name, args), `${name} ${file}`).toMatch(denial);
    expect(read).toEqual([]);
  });

  it('outside the workspace says the same for what exists and what does not', async () => {
    const { say, read, asked, outside } = setUp({ mode: 'autonomous', answer: 'once' });
    const there = path.join(outside.folder, 'secret.test.js');
    for (const file of [
      there,
      `${there}.js`,
      '/etc/passwd',
      '../none.py',
      'link/secret.test.js',
      'link/none.js',
      'link/',
    ])
      for (const [name, args] of callsOn(file))
        expect(await say(name, args), `${name} ${file}`).toMatch(/^Error: this path is outside the workspace\./);
    expect(read).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe('a call on a secret', () => {
  it('asks before anything of it is read, and shows only what the call itself says', async () => {
    const { say, read, asked, events } = setUp({ mode: 'autonomous' });
    for (const file of ['.env', '.env.none'])
      for (const [name, args] of callsOn(file))
        expect(await say(name, args)).toBe('Error: the user declined this call.');
    expect(read).toEqual([]);
    expect(asked).toHaveLength(10);
    expect(events.join()).not.toContain('hunter2');
  });

  it('reads it once the user has allowed the call', async () => {
    const { say, asked } = setUp({ answer: 'once' });
    expect(await say('edit_file', { path: '.env', old_string: 'TOKEN=hunter', new_string: 'x' })).toMatch(
      /^Edited \.env/,
    );
    expect(asked).toEqual(['Edit .env']);
    expect(await say('delete_file', { path: '.env.none' })).toBe('Error: .env.none does not exist.');
  });
});

describe('a call inside the workspace', () => {
  it('is asked for with a preview', async () => {
    const { say, events } = setUp({});
    await say('edit_file', { path: 'a.js', old_string: 'total', new_string: 'sum' });
    expect(events.join()).toContain('let sum = 1;');
    expect(await say('edit_file', { path: 'a.js', old_string: 'none', new_string: '' })).toMatch(/^Error: old_string/);
  });
});

describe('run_tests', () => {
  it('takes a text with blanks for the name of a test when no folder of the workspace holds it', async () => {
    const { say, workspace } = setUp({ mode: 'autonomous' });
    expect(await say('run_tests', { target: '/users answers 200' })).toMatch(/^Error: no tests were found for \/users/);
    mkdirSync(path.join(workspace.folder, 'b c'));
    writeFileSync(path.join(workspace.folder, 'b c/x.txt'), '');
    expect(await say('run_tests', { target: 'b c/none.test.js' })).toMatch(/^Error: no tests were found/);
  });

  it('refuses a name that a runner would take for an option', async () => {
    const { say } = setUp({ mode: 'autonomous' });
    for (const target of ['--config=evil.toml', '-x', ' --import=./a.mjs a'])
      expect(await say('run_tests', { target })).toBe(
        'Error: target cannot begin with -. Give a test file, a folder or a name.',
      );
  });
});
