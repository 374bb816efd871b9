// Faked: the editor. Files are real, buffers are a map of unsaved texts.
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { diskStateOf, preparePlace, writeBytes } from '../../../extension/edits/file-place.ts';
import { placeOf } from '../../../extension/permission/path-place.ts';
import type { FileState, FileStates } from '../../../extension/edits/turn-checkpoints.ts';

export class FolderStates implements FileStates {
  readonly buffers = new Map<string, string>();
  readonly #leadsOutside: (absolute: string) => Promise<boolean>;

  /** Without a `root` every path is inside of it. */
  constructor(root?: string) {
    this.#leadsOutside = async (absolute) => root !== undefined && (await placeOf([absolute], [root])).outside;
  }

  async state(absolute: string): Promise<FileState> {
    return { ...(await diskStateOf(absolute, this.#leadsOutside)), buffer: this.buffers.get(absolute) };
  }

  async put(absolute: string, state: FileState): Promise<void> {
    if (state.buffer === undefined) this.buffers.delete(absolute);
    else this.buffers.set(absolute, state.buffer);
    if (!(await preparePlace(absolute, state, this.#leadsOutside))) return;
    if (state.disk === undefined) return rm(absolute, { force: true });
    await writeBytes(absolute, state.disk, state.link);
  }

  async list(folder: string): Promise<{ path: string; bytes: number; changed: number }[]> {
    const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile() && !entry.parentPath.includes('node_modules'),
    );
    return Promise.all(
      entries.map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const { size, mtimeMs } = await stat(file);
        return { path: file, bytes: size, changed: mtimeMs };
      }),
    );
  }
}
