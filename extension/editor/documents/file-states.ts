import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { bytesIfThere } from '../../edits/disk-files.ts';
import { diskStateOf, preparePlace } from '../../edits/file-place.ts';
import type { FileState, FileStates } from '../../edits/turn-checkpoints.ts';
import { applyEdit, deletionEdit } from './document-writer.ts';
import { replaceExactly, writeExactly } from './exact-file.ts';
import { leadsOutside } from './file-place-check.ts';
import type { EditorFiles } from './files.ts';
import { documentOfFile } from './open-documents.ts';

const statsAtOnce = 64;

/** Reads and restores files and unsaved texts for checkpoints. */
export class EditorFileStates implements FileStates {
  readonly #files: EditorFiles;

  constructor(files: EditorFiles) {
    this.#files = files;
  }

  async state(absolute: string): Promise<FileState> {
    const document = documentOfFile(absolute);
    const buffer = document?.isDirty === true ? document.getText() : undefined;
    return { ...(await diskStateOf(absolute, leadsOutside)), buffer };
  }

  /**
   * Restores the exact bytes on disk; an open document follows, with its unsaved text if there was one. Never writes
   * through a link that was not there, or that leads out of the workspace.
   */
  async put(absolute: string, { disk, link, buffer }: FileState): Promise<void> {
    const bytes = disk ?? (buffer === undefined ? undefined : Buffer.from(buffer));
    if (!(await preparePlace(absolute, { disk: bytes, link }, leadsOutside))) return;
    if (bytes === undefined) return remove(absolute);
    await writeExactly(absolute, bytes, link);
    if (buffer !== undefined)
      await replaceExactly(await vscode.workspace.openTextDocument(vscode.Uri.file(absolute)), buffer);
  }

  async list(
    folder: string,
  ): Promise<readonly { readonly path: string; readonly bytes: number; readonly changed: number }[]> {
    const names = await this.#files.files(folder);
    const found: { path: string; bytes: number; changed: number }[] = [];
    for (let at = 0; at < names.length; at += statsAtOnce) {
      const part = await Promise.all(
        names.slice(at, at + statsAtOnce).map(async (name) => {
          const file = path.join(folder, name);
          // A file may disappear while the folder is read.
          const info = await stat(file).catch(() => undefined);
          return info?.isFile() === true ? { path: file, bytes: info.size, changed: info.mtimeMs } : undefined;
        }),
      );
      found.push(...part.filter((file) => file !== undefined));
    }
    return found;
  }
}

async function remove(absolute: string): Promise<void> {
  if ((await bytesIfThere(absolute)) === undefined) return;
  if (!(await applyEdit(deletionEdit(vscode.Uri.file(absolute), { mayBeGone: true }))))
    await rm(absolute, { force: true });
}
