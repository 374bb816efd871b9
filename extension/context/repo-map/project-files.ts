import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';
import { isProjectFile, type ProjectFile } from './project-modules.ts';

/** Names looked at, and files read: those with the shortest paths. */
const namesMax = 200_000;
const filesMax = 2000;

/** The workspace's files that say what bare imports mean. */
export async function readProjectFiles(files: WorkspaceFiles): Promise<readonly ProjectFile[]> {
  const names = (await files.all(namesMax))
    .filter(isProjectFile)
    .sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const read = await Promise.all(
    names.slice(0, filesMax).map(async (name) => {
      const file = await files.read(files.absolute(name));
      return file?.kind === 'text' ? { name, text: file.text } : undefined;
    }),
  );
  return read.filter((file) => file !== undefined);
}
