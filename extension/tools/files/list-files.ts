import * as z from 'zod';
import { translate } from '../../translation.ts';
import description from './list-files.md';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({
  path: z.string().optional().describe('Folder; the workspace by default'),
  glob: z.string().optional(),
});
const namesMax = 500;

/** list_files: one path per line, folders end in `/`. */
export function listFiles(files: WorkspaceFiles): Tool<typeof schema> {
  return {
    name: 'list_files',
    description,
    schema,
    intent({ path, glob }) {
      const all = files.folders.length > 1 && (path === undefined || path === '.' || path === './');
      const folders = all ? files.folders.map((folder) => folder.path) : [files.absolute(path ?? '.')];
      const name = all ? '' : files.relative(folders[0] ?? '');
      return {
        access: { kind: 'read', paths: folders },
        title: translate('List {0}', glob ?? (name === '' ? '.' : name)),
        async run() {
          if (path !== undefined && !all) await checkFolder(files, folders[0] ?? '', name);
          // A workspace of several folders lists the folders, not their files.
          const names =
            all && glob === undefined
              ? files.folders.map((folder) => `${folder.name}/`)
              : (await Promise.all(folders.map((folder) => files.list(folder, glob, namesMax + 1)))).flat();
          if (names.length === 0) return { text: 'No files', failed: false };
          const cut = names.length > namesMax ? ['[more files than are shown: narrow it down with a glob]'] : [];
          return { text: [...names.slice(0, namesMax), ...cut].join('\n'), failed: false };
        },
      };
    },
  };
}

/** Throws a ToolError if no folder is there: an empty list would say that the folder is empty. */
async function checkFolder(files: WorkspaceFiles, absolute: string, name: string): Promise<void> {
  const found = await files.read(absolute);
  if (found === undefined) throw new ToolError(`${name} does not exist.`);
  if (found.kind !== 'folder') throw new ToolError(`${name} is a file. Read it with read_file.`);
}
