import { readFile, rm, stat } from 'node:fs/promises';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { leastEdits } from '../../edits/least-edit.ts';
import type { FileState, FileStates } from '../../edits/turn-checkpoints.ts';
import { decodeFile, openDocument, type VsCodeFiles } from './files.ts';

const statsAtOnce = 64;

/** Files and their buffers, as checkpoints keep them and put them back. */
export class VsCodeStates implements FileStates {
  readonly #files: VsCodeFiles;

  constructor(files: VsCodeFiles) {
    this.#files = files;
  }

  async state(absolute: string): Promise<FileState> {
    const document = openDocument(absolute);
    return { disk: await bytesIfThere(absolute), buffer: document?.isDirty === true ? document.getText() : undefined };
  }

  /** The bytes on disk are exactly those of the state; an open editor follows, with its unsaved text where there was one. */
  async put(absolute: string, { disk, buffer }: FileState): Promise<void> {
    const bytes = disk ?? (buffer === undefined ? undefined : Buffer.from(buffer));
    if (bytes === undefined) return remove(absolute);
    const document = openDocument(absolute);
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
          // A file may go while the folder is read.
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
  const edit = new vscode.WorkspaceEdit();
  // The document may hold other line ends than the bytes: they are set with the text.
  edit.set(document.uri, [
    ...leastEdits(document.getText(), text).map(({ start, end, text: part }) =>
      vscode.TextEdit.replace(new vscode.Range(document.positionAt(start), document.positionAt(end)), part),
    ),
    vscode.TextEdit.setEndOfLine(text.includes('\r\n') ? vscode.EndOfLine.CRLF : vscode.EndOfLine.LF),
  ]);
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new CodedError(
      'file.failed',
      `The editor refused to put back ${document.uri.fsPath}. Close it and try again.`,
    );
}

async function remove(absolute: string): Promise<void> {
  if ((await bytesIfThere(absolute)) === undefined) return;
  const edit = new vscode.WorkspaceEdit();
  edit.deleteFile(vscode.Uri.file(absolute), { ignoreIfNotExists: true });
  if (!(await vscode.workspace.applyEdit(edit))) await rm(absolute, { force: true });
}

async function bytesIfThere(absolute: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(absolute);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}
