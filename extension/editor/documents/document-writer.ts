import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { leastEdits, withEol } from '../../edits/least-edit.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { encodingLoss, isNewTextKept, lossSentence } from './encoding-check.ts';
import { eolOf, rangeOf } from './open-documents.ts';

/** A replacement in one document. */
export interface RangeEdit {
  readonly uri: vscode.Uri;
  readonly range: vscode.Range;
  readonly text: string;
  /** Shown in VS Code's refactor preview. */
  readonly label?: vscode.WorkspaceEditEntryMetadata;
}

// Every change of a document or file goes through this file: edits are built and applied nowhere else.

/** Replaces ranges, possibly of several documents. */
export function rangeEdit(replacements: readonly RangeEdit[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { uri, range, text, label } of replacements) edit.replace(uri, range, text, label);
  return edit;
}

/**
 * Turns the text of a document into `text`, with the document's line ends. Undefined if there is nothing to change: VS
 * Code takes an empty edit for one that failed.
 */
export function textEdit(document: vscode.TextDocument, text: string): vscode.WorkspaceEdit | undefined {
  const edits = leastEdits(document.getText(), withEol(text, eolOf(document)));
  if (edits.length === 0) return undefined;
  return rangeEdit(edits.map((one) => ({ uri: document.uri, range: rangeOf(document, one), text: one.text })));
}

/** Like `textEdit`, but the document gets the line ends of the text too. */
export function exactTextEdit(document: vscode.TextDocument, text: string): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  edit.set(document.uri, [
    ...leastEdits(document.getText(), text).map((one) => vscode.TextEdit.replace(rangeOf(document, one), one.text)),
    vscode.TextEdit.setEndOfLine(text.includes('\r\n') ? vscode.EndOfLine.CRLF : vscode.EndOfLine.LF),
  ]);
  return edit;
}

/**
 * Creates a file with this text, encoded as the settings say; rejects if it exists. No step of the editor's undo: that
 * would delete the file, with what the user has written into it since. Throws Refusal if the encoding lacks characters
 * of the text.
 */
export async function createFile(uri: vscode.Uri, text: string): Promise<void> {
  if (!(await isNewTextKept(uri, text)))
    throw new Refusal(lossSentence({ path: uri.fsPath, of: 'text', encoding: '' }));
  await mkdir(path.dirname(uri.fsPath), { recursive: true });
  await writeFile(uri.fsPath, await vscode.workspace.encode(text, { uri }), { flag: 'wx' });
}

/** Types a text into an empty file, so that saving runs formatters. Undefined for an empty text. */
export function firstTextEdit(uri: vscode.Uri, text: string): vscode.WorkspaceEdit | undefined {
  const start = new vscode.Position(0, 0);
  return text === '' ? undefined : rangeEdit([{ uri, range: new vscode.Range(start, start), text }]);
}

/** Deletes a file. If it is gone already, applying the edit fails unless `mayBeGone`. */
export function deletionEdit(uri: vscode.Uri, { mayBeGone = false } = {}): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  edit.deleteFile(uri, { ignoreIfNotExists: mayBeGone });
  return edit;
}

/**
 * Applies an edit as one step of undo; true if VS Code made it. `refactoring` lets it ask the user about the entries
 * whose label needs confirmation. Throws Refusal and changes nothing if saving a file would destroy characters.
 * `bytesFollow`: the caller writes the exact bytes of the file afterwards, so nothing can be lost.
 */
export async function applyEdit(
  edit: vscode.WorkspaceEdit,
  options: { readonly refactoring?: boolean; readonly bytesFollow?: boolean } = {},
): Promise<boolean> {
  const loss = options.bytesFollow === true ? undefined : await encodingLoss(edit);
  if (loss !== undefined) throw new Refusal(lossSentence(loss));
  return vscode.workspace.applyEdit(edit, { isRefactoring: options.refactoring === true });
}

/** Turns the text of a document into `text`, with the document's line ends; false if VS Code refuses. */
export async function writeText(document: vscode.TextDocument, text: string): Promise<boolean> {
  const edit = textEdit(document, text);
  return edit === undefined || applyEdit(edit);
}
