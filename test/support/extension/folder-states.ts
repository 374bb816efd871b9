// Faked: the editor. Files are real, buffers are a map of unsaved texts.
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { linkIfThere, makeLink } from '../../../extension/edits/disk-files.ts';
import type { FileState, FileStates } from '../../../extension/edits/turn-checkpoints.ts';

export class FolderStates implements FileStates {
  readonly buffers = new Map<string, string>();

  async state(absolute: string): Promise<FileState> {
    const disk = await readFile(absolute).catch(() => undefined);
    const link = await linkIfThere(absolute);
    return { disk, buffer: this.buffers.get(absolute), ...(link !== undefined && { link }) };
  }

  async put(absolute: string, state: FileState): Promise<void> {
    if (state.buffer === undefined) this.buffers.delete(absolute);
    else this.buffers.set(absolute, state.buffer);
    if (state.link !== undefined) return makeLink(state.link, absolute);
    if (state.disk === undefined) return rm(absolute, { force: true });
    await mkdir(path.dirname(absolute), { recursive: true });
    await writeFile(absolute, state.disk);
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
