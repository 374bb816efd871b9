import * as z from 'zod';
import { translate } from '../../translation.ts';
import description from './list-files.md';
import { emptyScope, fileScope, ignored } from './file-scope.ts';
import { didYouMean } from './meant-path.ts';
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
              : await namesIn(files, folders, glob);
          if (names.length === 0) return { text: 'No files', failed: false };
          const cut = names.length > namesMax ? ['[more files than are shown: narrow it down with a glob]'] : [];
          return { text: [...names.slice(0, namesMax), ...cut].join('\n'), failed: false };
        },
      };
    },
  };
}

/** Throws a ToolError for an empty list that would say something about files that are not there, or are hidden. */
async function namesIn(
  files: WorkspaceFiles,
  folders: readonly string[],
  glob: string | undefined,
): Promise<readonly string[]> {
  const scope = glob === undefined ? { folders, glob } : await fileScope(files, folders, glob);
  const lists = await Promise.all(scope.folders.map((folder) => files.list(folder, scope.glob, namesMax + 1)));
  const names = lists.flat();
  if (names.length > 0) return names;
  if (scope.glob !== undefined) throw await emptyScope(files, { folders: scope.folders, glob: scope.glob });
  const [folder = ''] = folders;
  const found = await files.read(folder);
  if (found?.kind === 'folder' && found.empty !== true)
    throw new ToolError(ignored(files.relative(folder) || '.', true));
  return names;
}

/** Throws a ToolError if no folder is there: an empty list would say that the folder is empty. */
async function checkFolder(files: WorkspaceFiles, absolute: string, name: string): Promise<void> {
  const found = await files.read(absolute);
  if (found === undefined && name.includes('*'))
    throw new ToolError(`${name} is a glob. Give it as glob, not as path.`);
  if (found === undefined) throw new ToolError(`${name} does not exist.${await didYouMean(files, name)}`);
  if (found.kind !== 'folder') throw new ToolError(`${name} is a file. Read it with read_file.`);
}
