import path from 'node:path';
import { ToolError } from '../tool.ts';
import { didYouMean } from './meant-path.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

/** The files that a glob of the model is about. */
export interface FileScope {
  readonly folders: readonly string[]; // absolute
  /** Relative to the folders. */
  readonly glob: string;
}

/** Characters that make a name a pattern. */
const magic = /[*?[\]{}()!+]/;

/**
 * Reads a glob: relative to the folders, or absolute below one of them; in a workspace of several folders it may begin
 * with a folder's name. A folder means all files below it. Throws a ToolError for places outside of the folders.
 */
export async function fileScope(files: WorkspaceFiles, folders: readonly string[], glob: string): Promise<FileScope> {
  const scope = placed(files, folders, glob.trim().replaceAll('\\', path.sep === '\\' ? '/' : '\\'));
  const name = scope.glob.replace(/\/+$/, '');
  if (name === '' || name === '.') return { ...scope, glob: '**' };
  if (name !== scope.glob) return { ...scope, glob: `${name}/**` };
  if (magic.test(name)) return scope;
  const kinds = await Promise.all(scope.folders.map((folder) => files.read(path.join(folder, name))));
  return kinds.some((found) => found?.kind === 'folder') ? { ...scope, glob: `${name}/**` } : scope;
}

/** Why no file is in the scope, as a ToolError. */
export async function emptyScope(files: WorkspaceFiles, { folders, glob }: FileScope): Promise<ToolError> {
  const parts = glob.split('/');
  const fixed = parts.slice(0, parts.findIndex((part) => magic.test(part)) >>> 0);
  const head = fixed.join('/');
  const nothing = `no file matches ${glob}.`;
  if (severalGlobs(glob)) return new ToolError(`${nothing} Write several globs as {*.ts,*.tsx}.`);
  if (head === '') return new ToolError(`${nothing} See the names with list_files.`);
  const found = await Promise.all(folders.map((folder) => files.read(path.join(folder, head))));
  if (found.every((one) => one === undefined))
    return new ToolError(`${head} does not exist.${await didYouMean(files, head)}`);
  const shown = await Promise.all(folders.map((folder) => files.list(folder, `${head}/**`, 1)));
  if (shown.some((names) => names.length > 0)) return new ToolError(`${nothing} See the names with list_files.`);
  return new ToolError(
    ignored(
      head,
      found.some((one) => one?.kind === 'folder'),
    ),
  );
}

/** The sentences about a file or folder that ignore files or settings hide. */
export function ignored(name: string, isFolder: boolean): string {
  return isFolder
    ? `no file in ${name} is shown: ignore files or the settings leave them out. Read one by its path with read_file.`
    : `${name} is left out by ignore files or the settings. Read it with read_file.`;
}

/** `*.ts,*.tsx` and its like: separators outside of brackets. */
function severalGlobs(glob: string): boolean {
  return /[,;|\s]/.test(glob.replace(/\{[^{}]*\}|\([^()]*\)|\[[^[\]]*\]/g, ''));
}

function placed(files: WorkspaceFiles, folders: readonly string[], glob: string): FileScope {
  const plain = glob.replace(/^(?:\.\/)+/, '');
  if (path.isAbsolute(plain)) {
    for (const folder of folders) {
      const root = folder.split(path.sep).join('/').replace(/\/$/, '');
      if (plain === root || plain.startsWith(`${root}/`))
        return { folders: [folder], glob: plain.slice(root.length + 1) };
    }
    throw new ToolError(
      `${glob} is outside of ${folders.map((one) => files.relative(one) || 'the workspace').join(', ')}.`,
    );
  }
  if (plain.split('/').includes('..'))
    throw new ToolError(`${glob} leads out of the workspace. Give a glob relative to it.`);
  const [head = '', ...rest] = plain.split('/');
  const named = files.folders.length > 1 ? files.folders.find((folder) => folder.name === head) : undefined;
  if (named !== undefined && folders.includes(named.path)) return { folders: [named.path], glob: rest.join('/') };
  // `./` keeps a glob from meaning names at any depth.
  return { folders, glob: plain === glob || plain.includes('/') ? plain : glob };
}
