import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { withEol } from '../../edits/least-edit.ts';

/** How long VS Code may take to notice that a file changed on disk. */
const reloadMs = 2500;

/** The document that VS Code holds for a URI, shown or not. */
export function documentOf(uri: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === uri);
}

/** The document that VS Code holds for a file on disk, shown or not. */
export function documentOfFile(absolute: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => document.uri.scheme === 'file' && !document.isClosed && document.uri.fsPath === absolute,
  );
}

/** Like `documentOf`, but opens files. Undefined if the file is gone, or the untitled document was closed. */
export async function documentAt(uri: string): Promise<vscode.TextDocument | undefined> {
  const open = documentOf(uri);
  if (open !== undefined || !uri.startsWith('file:')) return open;
  return vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true)).then(
    (document) => document,
    () => undefined,
  );
}

/**
 * Waits until VS Code has read a file again that was changed on disk. False if it has not after a while; unsaved
 * changes keep it from doing so.
 */
export async function hasText(document: vscode.TextDocument, text: string): Promise<boolean> {
  const wanted = withEol(text, '\n');
  const limit = Date.now() + reloadMs;
  while (!document.isClosed && withEol(document.getText(), '\n') !== wanted) {
    if (document.isDirty || Date.now() > limit) return false;
    await delay(50);
  }
  return true;
}

/** The line end of a document. */
export function eolOf(document: vscode.TextDocument): '\n' | '\r\n' {
  return document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
}

/** The range of a span of the document's text. */
export function rangeOf(
  document: vscode.TextDocument,
  span: { readonly from: number; readonly to: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(span.from), document.positionAt(span.to));
}
