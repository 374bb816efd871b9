// Faked: a workspace of two folders. Real: another one, listed by ripgrep.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { listFiles } from '../../../../extension/tools/files/list-files.ts';
import type { WorkspaceFiles } from '../../../../extension/workspace/workspace-files.ts';
import { runTool } from '../../../support/extension/disk-workspace.ts';
import { ListedWorkspace } from '../../../support/extension/listed-workspace.ts';

const two: WorkspaceFiles = {
  folders: [
    { name: 'app', path: '/w/app' },
    { name: 'lib', path: '/w/lib' },
  ],
  absolute: (name) => `/w/${name}`,
  relative: (absolute) => absolute.slice(3),
  read: async (absolute) => (absolute.endsWith('.js') ? undefined : { kind: 'folder' }),
  list: async (folder, glob) => [`${folder.slice(3)}/${glob ?? 'src/'}`],
  all: async () => [],
};

it('list_files of a workspace with several folders shows the folders', async () => {
  expect((await runTool(listFiles(two), {})).text).toBe('app/\nlib/');
  expect((await runTool(listFiles(two), { path: '.' })).text).toBe('app/\nlib/');
  expect((await runTool(listFiles(two), { path: 'lib' })).text).toBe('lib/src/');
  expect((await runTool(listFiles(two), { glob: 'a.js' })).text).toBe('app/a.js\nlib/a.js');
});

it('list_files says that a folder does not exist, or is a file', async () => {
  const gone = listFiles({ ...two, read: async () => undefined });
  await expect(runTool(gone, { path: 'lib/none' })).rejects.toThrow('lib/none does not exist.');
  const file = listFiles({ ...two, read: async () => ({ kind: 'text', text: '', dirty: false }) });
  await expect(runTool(file, { path: 'lib/a.js' })).rejects.toThrow('lib/a.js is a file. Read it with read_file.');
});

it('list_files takes a folder name of the workspace in a glob', async () => {
  expect((await runTool(listFiles(two), { glob: 'lib/*.js' })).text).toBe('lib/*.js');
});

it('list_files says nothing of what does not exist or is hidden', async () => {
  const workspace = new ListedWorkspace({
    '.gitignore': 'out/**\n',
    'src/app/main.ts': '',
    'out/x.js': '',
    '.venv/.gitignore': '*\n',
    '.venv/lib.py': '',
  });
  mkdirSync(path.join(workspace.folder, 'nothing'));
  const list = async (args: object) => (await runTool(listFiles(workspace), args)).text;
  const refused = (args: object) => expect(runTool(listFiles(workspace), args)).rejects;
  expect(await list({ path: 'nothing' })).toBe('No files');
  expect(await list({ path: 'src' })).toBe('src/app/');
  expect(await list({ glob: 'src' })).toBe('src/app/main.ts');
  expect(await list({ glob: 'src/app/' })).toBe('src/app/main.ts');
  expect(await list({ path: 'src', glob: 'app' })).toBe('src/app/main.ts');
  expect(await list({ glob: path.join(workspace.folder, '**/*.ts') })).toBe('src/app/main.ts');
  await refused({ path: 'out' }).toThrow('no file in out is shown: ignore files or the settings leave them out.');
  await refused({ path: '.venv' }).toThrow('no file in .venv is shown');
  await refused({ glob: 'out/*.js' }).toThrow('no file in out is shown');
  await refused({ glob: '*.js, *.ts' }).toThrow('Write several globs as {*.ts,*.tsx}.');
  await refused({ path: 'src/*.ts' }).toThrow('src/*.ts is a glob. Give it as glob, not as path.');
  await refused({ path: 'App' }).toThrow('App does not exist. Did you mean src/app/?');
  await refused({ path: 'lib', glob: '*.ts' }).toThrow('lib does not exist.');
  workspace.remove();
});
