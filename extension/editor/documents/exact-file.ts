import * as vscode from 'vscode';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { bytesIfThere } from '../../edits/disk-files.ts';
import { linkAt, writeBytes } from '../../edits/file-place.ts';
import { applyEdit, exactTextEdit } from './document-writer.ts';
import { decodeFile } from './files.ts';
import { documentOfFile, hasText } from './open-documents.ts';

/**
 * Gives a file exactly these bytes: saving a document could format it. A document without unsaved changes follows its
 * file, as one step of undo; unsaved changes are lost. `link` is where the path leads, if it is a symlink: no other
 * link is followed.
 */
export async function writeExactly(absolute: string, bytes: Uint8Array, link: string | undefined): Promise<void> {
  const document = documentOfFile(absolute);
  const put = async (): Promise<void> => {
    const now = await bytesIfThere(absolute);
    if (now === undefined || Buffer.compare(now, bytes) !== 0) await writeBytes(absolute, bytes, link);
  };
  if (document === undefined) return put();
  const text = await decodeFile(absolute, bytes);
  // A file that changes below unsaved changes is a conflict, about which the editor would ask.
  if (document.isDirty) await save(document, text);
  await put();
  if (await hasText(document, text)) return;
  // The editor does not watch this file.
  await save(document, text);
  await put();
}

/** Gives the file of a document exactly this text, in the document's encoding. */
export async function writeTextExactly(document: vscode.TextDocument, text: string): Promise<void> {
  const bytes = await vscode.workspace.encode(text, { encoding: document.encoding });
  await writeExactly(document.uri.fsPath, bytes, await linkAt(document.uri.fsPath));
}

/** Replaces all of an open document's text, with its line ends. */
export async function replaceExactly(document: vscode.TextDocument, text: string): Promise<void> {
  if (!(await applyEdit(exactTextEdit(document, text), { bytesFollow: true })))
    throw new CodedError(
      'file.failed',
      `The editor refused to restore ${document.uri.fsPath}. Close it and try again.`,
    );
}

async function save(document: vscode.TextDocument, text: string): Promise<void> {
  if (document.isClosed) return;
  await replaceExactly(document, text);
  await document.save();
}
