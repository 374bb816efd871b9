import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { bytesIfThere, linkIfThere, makeLink } from '../../edits/disk-files.ts';
import type { FileState, FileStates } from '../../edits/turn-checkpoints.ts';
import { applyEdit, deletionEdit, exactTextEdit } from './document-writer.ts';
import { decodeFile, type EditorFiles } from './files.ts';
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
    const link = await linkIfThere(absolute);
    return {
      disk: await bytesIfThere(absolute),
      buffer: document?.isDirty === true ? document.getText() : undefined,
      ...(link !== undefined && { link }),
    };
  }

  /** Restores the exact bytes on disk; an open document follows, with its unsaved text if there was one. */
  async put(absolute: string, { disk, buffer, link }: FileState): Promise<void> {
    if (link !== undefined) {
      if ((await linkIfThere(absolute)) !== link) await makeLink(link, absolute);
      return;
    }
    const bytes = disk ?? (buffer === undefined ? undefined : Buffer.from(buffer));
    if (bytes === undefined) return remove(absolute);
    const document = documentOfFile(absolute);
    if (document !== undefined) {
      await replaceText(document, await decodeFile(absolute, bytes));
      await document.save();
    }
    const now = await bytesIfThere(absolute);
    if (now === undefined || Buffer.compare(now, bytes) !== 0) {
      await mkdir(path.dirname(absolute), { recursive: true });
      await writeFile(absolute, bytes);
    }
    if (buffer !== undefined)
      await replaceText(await vscode.workspace.openTextDocument(vscode.Uri.file(absolute)), buffer);
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

async function replaceText(document: vscode.TextDocument, text: string): Promise<void> {
  if (!(await applyEdit(exactTextEdit(document, text), { bytesFollow: true })))
    throw new CodedError(
      'file.failed',
      `The editor refused to restore ${document.uri.fsPath}. Close it and try again.`,
    );
}

async function remove(absolute: string): Promise<void> {
  if ((await bytesIfThere(absolute)) === undefined) return;
  if (!(await applyEdit(deletionEdit(vscode.Uri.file(absolute), { mayBeGone: true }))))
    await rm(absolute, { force: true });
}
