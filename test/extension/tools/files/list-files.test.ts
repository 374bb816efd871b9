// Faked: a workspace of two folders.
import { expect, it } from 'vitest';
import { listFiles } from '../../../../extension/tools/files/list-files.ts';
import type { WorkspaceFiles } from '../../../../extension/workspace/workspace-files.ts';
import { runTool } from '../../../support/disk-workspace.ts';

const two: WorkspaceFiles = {
  folders: [
    { name: 'app', path: '/w/app' },
    { name: 'lib', path: '/w/lib' },
  ],
  absolute: (name) => `/w/${name}`,
  relative: (absolute) => absolute.slice(3),
  read: async () => undefined,
  list: async (folder, glob) => [`${folder.slice(3)}/${glob ?? 'src/'}`],
};

it('list_files of a workspace with several folders shows the folders', async () => {
  expect((await runTool(listFiles(two), {})).text).toBe('app/\nlib/');
  expect((await runTool(listFiles(two), { path: '.' })).text).toBe('app/\nlib/');
  expect((await runTool(listFiles(two), { path: 'lib' })).text).toBe('lib/src/');
  expect((await runTool(listFiles(two), { glob: 'a.js' })).text).toBe('app/a.js\nlib/a.js');
});
