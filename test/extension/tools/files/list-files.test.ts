// Faked: a workspace of two folders.
import { expect, it } from 'vitest';
import { listFiles } from '../../../../extension/tools/files/list-files.ts';
import type { WorkspaceFiles } from '../../../../extension/workspace/workspace-files.ts';
import { runTool } from '../../../support/extension/disk-workspace.ts';

const two: WorkspaceFiles = {
  folders: [
    { name: 'app', path: '/w/app' },
    { name: 'lib', path: '/w/lib' },
  ],
  absolute: (name) => `/w/${name}`,
  relative: (absolute) => absolute.slice(3),
  read: async () => ({ kind: 'folder' }),
  list: async (folder, glob) => [`${folder.slice(3)}/${glob ?? 'src/'}`],
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
