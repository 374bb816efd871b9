import { beforeEach, describe, expect, it } from 'vitest';
import { askUser } from '../../../../extension/tools/conversation/ask-user.ts';
import { deleteFile } from '../../../../extension/tools/files/delete-file.ts';
import { editFile } from '../../../../extension/tools/files/edit-file.ts';
import { editedText } from '../../../../extension/tools/files/file-change.ts';
import { listFiles } from '../../../../extension/tools/files/list-files.ts';
import { readFile } from '../../../../extension/tools/files/read-file.ts';
import type { Tool } from '../../../../extension/tools/tool.ts';
import { Toolbox } from '../../../../extension/tools/toolbox.ts';
import { updatePlan } from '../../../../extension/tools/conversation/update-plan.ts';
import { writeFile } from '../../../../extension/tools/files/write-file.ts';
import { MemoryWorkspace } from '../../../support/extension/memory-workspace.ts';
import { looked } from '../../../support/extension/scripted-tools.ts';

let world: MemoryWorkspace;
let toolbox: Toolbox;
const never = new AbortController().signal;
const tools = (): Tool[] =>
  [
    readFile(world, async () => [{ line: 1, signature: 'export function add(a, b) {' }]),
    editFile(world, world),
    writeFile(world, world),
    deleteFile(world, world),
    listFiles(world),
    updatePlan(() => undefined),
    askUser(async () => 'yes'),
  ] as Tool[];
const call = async (name: string, args: object | string) => {
  const resolved = await looked(
    toolbox.resolve({ id: '0', name, arguments: typeof args === 'string' ? args : JSON.stringify(args) }),
  );
  return { resolved, ...(await resolved.run({ signal: never, onOutput: () => undefined })) };
};
const said = async (name: string, args: object | string) => (await call(name, args)).text;

beforeEach(() => {
  world = new MemoryWorkspace({ 'src/a.js': 'one\ntwo\none\n', 'b.txt': 'x' });
  toolbox = new Toolbox(tools(), 'full');
});

describe('saving', () => {
  it('that changes more than the edit is told to the model', () => {
    const result = { after: 'x', saved: true, newProblems: [] };
    expect(editedText('Edited a.js.', result)).toBe('Edited a.js.');
    expect(editedText('Edited a.js.', { ...result, reformatted: true })).toBe(
      'Edited a.js. Saving changed more than this edit. Read the file before you edit it again.',
    );
  });
});

describe('what the model reads', () => {
  it('of a file is the text itself', async () => {
    expect(await said('read_file', { path: 'src/a.js' })).toBe('one\ntwo\none\n');
    expect(await said('read_file', { path: './src/../src/a.js' })).toBe('one\ntwo\none\n');
  });

  it('of a part says which', async () => {
    expect(await said('read_file', { path: 'src/a.js', start_line: 2, end_line: 3 })).toBe(
      '[lines 2-3 of 3]\ntwo\none\n',
    );
    expect(await said('read_file', { path: 'src/a.js', start_line: 9 })).toBe('Error: src/a.js has only 3 lines.');
    expect(await said('read_file', { path: 'src/a.js', outline: true })).toBe('1: export function add(a, b) {');
  });

  it('of a long file is its beginning, and says so', async () => {
    world.texts.set('/w/long.txt', 'l\n'.repeat(2500));
    expect(await said('read_file', { path: 'long.txt' })).toMatch(/^\[lines 1-1000 of 2500\]\nl\n/);
  });

  it('of an empty file is that it is empty', async () => {
    world.texts.set('/w/empty.js', '');
    expect(await said('read_file', { path: 'empty.js' })).toBe('[empty.js is empty]');
    expect(await said('read_file', { path: 'empty.js', start_line: 1 })).toBe('[empty.js is empty]');
  });

  it('of a path that is nearly right is the file that is meant', async () => {
    for (const path of ['src/A.js', '"src/a.js"', '`src/a.js`', '@src/a.js', 'a.js', 'lib/src/a.js', 'src/a.js:12'])
      expect(await said('read_file', { path })).toBe(`Error: ${path} does not exist. Did you mean src/a.js?`);
    expect(await said('read_file', { path: '/src/a.js' })).toBe(
      'Error: /src/a.js does not exist. Did you mean src/a.js?',
    );
    const edit = { path: 'SRC/a.js', old_string: 'one', new_string: '1' };
    expect(await said('edit_file', edit)).toBe('Error: SRC/a.js does not exist. Did you mean src/a.js?');
    expect(await said('delete_file', { path: '@b.txt' })).toBe('Error: @b.txt does not exist. Did you mean b.txt?');
  });

  it('of a new file with a name that nobody means', async () => {
    for (const path of ['"src/new.js"', "'src/new.js'", '`src/new.js`'])
      expect(await said('write_file', { path, content: 'x' })).toBe(
        `Error: ${path} does not exist. Did you mean src/new.js?`,
      );
    expect(await said('write_file', { path: '@b.txt', content: 'x' })).toMatch('Did you mean b.txt?');
    expect(await said('write_file', { path: '@types/x.ts', content: 'x' })).toBe('Wrote @types/x.ts (1 lines).');
  });

  it('of a file that nobody may write, or that is a notebook', async () => {
    const edit = { old_string: 'one\ntwo', new_string: '1' };
    world.readOnly.add('/w/src/a.js');
    const readOnly = 'Error: src/a.js is read-only. Nothing was changed. Ask the user whether it should be writable.';
    expect(await said('edit_file', { path: 'src/a.js', ...edit })).toBe(readOnly);
    expect(await said('write_file', { path: 'src/a.js', content: '' })).toBe(readOnly);
    world.notebooks.add('/w/n.ipynb');
    world.texts.set('/w/n.ipynb', '[cell 1: python]\none\ntwo\n');
    expect(await said('read_file', { path: 'n.ipynb' })).toBe('[cell 1: python]\none\ntwo\n');
    const notebook = /^Error: n\.ipynb is open as a notebook\. Nothing was changed\. Ask the user to close it/;
    expect(await said('edit_file', { path: 'n.ipynb', ...edit })).toMatch(notebook);
    expect(await said('write_file', { path: 'n.ipynb', content: '{}' })).toMatch(notebook);
    expect(await said('delete_file', { path: 'n.ipynb' })).toMatch(notebook);
    expect(world.text('src/a.js')).toBe('one\ntwo\none\n');
  });

  it('of a file that the editor could not save', async () => {
    world.saveFails = true;
    expect(await said('edit_file', { path: 'src/a.js', old_string: 'two', new_string: '2' })).toBe(
      'Edited src/a.js (1 replacement). It is not saved: the editor could not save it.',
    );
  });

  it('of a large file is a part, and it is edited like any other', async () => {
    world.texts.set('/w/large.txt', `${'some words in a line\n'.repeat(150_000)}last\n`);
    expect(await said('read_file', { path: 'large.txt', start_line: 150_000 })).toBe(
      '[lines 150000-150001 of 150001]\nsome words in a line\nlast\n',
    );
    expect(await said('read_file', { path: 'large.txt' })).toMatch(/^\[lines 1-1000 of 150001\]\n/);
    expect(await said('edit_file', { path: 'large.txt', old_string: 'last', new_string: 'end' })).toBe(
      'Edited large.txt (1 replacement).',
    );
    const all = { path: 'large.txt', old_string: 'words', new_string: 'text', replace_all: true };
    expect(await said('edit_file', all)).toBe('Edited large.txt (150000 replacements).');
    expect(world.text('large.txt')?.endsWith('some text in a line\nend\n')).toBe(true);
    world.texts.set('/w/large.txt', 'x'.repeat(11 << 20));
    expect(await said('edit_file', { path: 'large.txt', old_string: 'x', new_string: 'y' })).toBe(
      'Error: large.txt is too large to be edited here (10 MB are the limit). Use a command.',
    );
  });

  it('of an edit', async () => {
    expect(await said('edit_file', { path: 'src/a.js', old_string: 'two', new_string: '2' })).toBe(
      'Edited src/a.js (1 replacement).',
    );
    expect(await said('edit_file', { path: 'src/a.js', old_string: 'one', new_string: '1', replace_all: true })).toBe(
      'Edited src/a.js (2 replacements).',
    );
    expect(world.text('src/a.js')).toBe('1\n2\n1\n');
    world.problems = ['src/a.js:1: Cannot find name x'];
    expect(await said('edit_file', { path: 'src/a.js', old_string: '2', new_string: 'x' })).toBe(
      'Edited src/a.js (1 replacement).\nNew problems:\nsrc/a.js:1: Cannot find name x',
    );
  });

  it('of a new file, an overwritten one and a deleted one', async () => {
    expect(await said('write_file', { path: 'new.js', content: 'a\nb\n' })).toBe('Wrote new.js (2 lines).');
    expect(world.text('new.js')).toBe('a\nb\n');
    expect(await said('delete_file', { path: 'new.js' })).toBe('Deleted new.js.');
    expect(world.text('new.js')).toBeUndefined();
  });

  it('of mistakes says what to do next', async () => {
    expect(await said('read_file', { path: 'none.js' })).toBe('Error: none.js does not exist.');
    expect(await said('edit_file', { path: 'src/b.js', old_string: 'a', new_string: 'b' })).toBe(
      'Error: src/b.js does not exist.',
    );
    expect(await said('edit_file', { path: 'src/a.js', old_string: 'three', new_string: '3' })).toMatch(
      /^Error: old_string is not in src\/a\.js\. Read the file again\./,
    );
    expect(await said('edit_file', { path: 'src/a.js', old_string: 'one', new_string: '1' })).toBe(
      'Error: old_string is in src/a.js 2 times. Add a line of context, or set replace_all. It begins on lines 1, 3.',
    );
    expect(await said('read_file', { path: 'src' })).toBe('Error: src is a folder. List it with list_files.');
    expect(await said('nothing', {})).toBe(
      'Error: there is no tool nothing. The tools are read_file, edit_file, write_file, delete_file, list_files, update_plan, ask_user.',
    );
    expect(await said('read_file', '{"path": ')).toBe('Error: the arguments are not JSON. Call read_file again.');
    expect(await said('read_file', {})).toMatch(/^Error: argument path: .* Call read_file again\.$/);
    expect(world.text('src/a.js')).toBe('one\ntwo\none\n');
  });
});

describe('an edit', () => {
  it('is shown before it happens', async () => {
    const resolved = await looked(
      toolbox.resolve({
        id: '0',
        name: 'edit_file',
        arguments: JSON.stringify({ path: 'src/a.js', old_string: 'two', new_string: '2' }),
      }),
    );
    expect(resolved).toMatchObject({
      title: 'Edit src/a.js',
      access: { kind: 'write', paths: ['/w/src/a.js'] },
      preview: { kind: 'diff', before: 'one\ntwo\none\n', after: 'one\n2\none\n' },
    });
    expect(world.text('src/a.js')).toBe('one\ntwo\none\n');
  });

  it('is made in what the file holds when it is allowed', async () => {
    const resolved = await looked(
      toolbox.resolve({
        id: '0',
        name: 'edit_file',
        arguments: JSON.stringify({ path: 'src/a.js', old_string: 'two', new_string: '2' }),
      }),
    );
    world.texts.set('/w/src/a.js', 'zero\ntwo\n');
    await resolved.run({ signal: never, onOutput: () => undefined });
    expect(world.text('src/a.js')).toBe('zero\n2\n');
  });

  it('fails when the text has gone meanwhile', async () => {
    const resolved = await looked(
      toolbox.resolve({
        id: '0',
        name: 'edit_file',
        arguments: JSON.stringify({ path: 'src/a.js', old_string: 'two', new_string: '2' }),
      }),
    );
    world.texts.set('/w/src/a.js', 'zero\n');
    expect((await resolved.run({ signal: never, onOutput: () => undefined })).failed).toBe(true);
    expect(world.text('src/a.js')).toBe('zero\n');
  });

  it('reports the text that a formatter left', async () => {
    world.format = (text) => text.replace('2', '2;');
    expect((await call('edit_file', { path: 'src/a.js', old_string: 'two', new_string: '2' })).display).toMatchObject({
      after: 'one\n2;\none\n',
    });
  });
});

describe('a file in another encoding than it is read with', () => {
  it('can be read, but not edited or overwritten', async () => {
    world.lossy.add('/w/b.txt');
    const refusal = /^Error: b\.txt has another encoding .* "Reopen with Encoding"\.$/;
    expect(await said('read_file', { path: 'b.txt' })).toBe('x');
    expect(await said('edit_file', { path: 'b.txt', old_string: 'x', new_string: 'y' })).toMatch(refusal);
    expect(await said('write_file', { path: 'b.txt', content: 'y' })).toMatch(refusal);
    expect(world.text('b.txt')).toBe('x');
  });
});

describe('a text that leaves code out', () => {
  it('is not written', async () => {
    expect(await said('write_file', { path: 'a.js', content: 'a\n// ... rest of the file\n' })).toMatch(
      /^Error: content leaves code out: .* Write the whole text\.$/,
    );
    expect(world.text('a.js')).toBeUndefined();
  });
});

describe('profiles', () => {
  it('tell a small model of five tools at most, with bare arguments', () => {
    expect(new Toolbox(tools(), 'compact').definitions().map(({ name, parameters }) => ({ name, parameters }))).toEqual(
      [
        {
          name: 'read_file',
          parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
        },
        {
          name: 'edit_file',
          parameters: {
            type: 'object',
            properties: {
              path: { type: 'string' },
              old_string: { type: 'string' },
              new_string: { type: 'string' },
              replace_all: { type: 'boolean' },
            },
            required: ['path', 'old_string', 'new_string'],
          },
        },
        {
          name: 'write_file',
          parameters: {
            type: 'object',
            properties: { path: { type: 'string' }, content: { type: 'string' } },
            required: ['path', 'content'],
          },
        },
      ],
    );
  });

  it('tell every other model of all of them', () => {
    const definitions = toolbox.definitions();
    expect(definitions.map(({ name }) => name)).toContain('update_plan');
    expect(definitions.every(({ description }) => (description ?? '').length > 10)).toBe(true);
  });
});
