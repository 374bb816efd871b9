import path from 'node:path';
import type { WorkspaceFolderPath } from '../workspace/workspace-files.ts';
import { ToolError } from '../tools/tool.ts';

/**
 * Converts paths for the model and the user: relative to the workspace, with `/`; in a workspace of several folders the
 * folder's name comes first. Never reads the disk.
 */
export class WorkspacePaths {
  readonly #folders: () => readonly WorkspaceFolderPath[];

  constructor(folders: () => readonly WorkspaceFolderPath[]) {
    this.#folders = folders;
  }

  get folders(): readonly WorkspaceFolderPath[] {
    return this.#folders();
  }

  absolute(name: string): string {
    if (path.isAbsolute(name)) return path.normalize(name);
    const [first, ...others] = this.folders;
    if (first === undefined) throw new ToolError('no folder is open. Ask the user to open one.');
    const clean = name.replaceAll('\\', path.sep === '\\' ? '/' : '\\').replace(/^(\.\/)+/, '');
    if (others.length === 0) return path.resolve(first.path, clean);
    const [head = '', ...rest] = clean.split('/');
    const named = this.folders.find((folder) => folder.name === head);
    return named === undefined ? path.resolve(first.path, clean) : path.resolve(named.path, ...rest);
  }

  /** The absolute path itself if the file is outside the workspace. */
  relative(absolute: string): string {
    const folder = this.folderOf(absolute);
    if (folder === undefined) return absolute;
    const inside = path.relative(folder.path, absolute).split(path.sep).join('/');
    if (this.folders.length === 1) return inside;
    return inside === '' ? folder.name : `${folder.name}/${inside}`;
  }

  /** The innermost folder of the workspace around a file. */
  folderOf(absolute: string): WorkspaceFolderPath | undefined {
    return this.folders
      .filter((folder) => contains(folder.path, absolute))
      .sort((a, b) => b.path.length - a.path.length)[0];
  }
}

function contains(folder: string, absolute: string): boolean {
  const relative = path.relative(folder, absolute);
  return relative === '' || (relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}
