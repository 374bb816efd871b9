import * as vscode from 'vscode';
import { Refusal } from '../../rewrite/refusal.ts';
import type { Target } from '../../rewrite/rewrite-target.ts';
import { applyEdit, createFile, textEdit } from './document-writer.ts';

/** Hears which texts a command changes, so that the user can keep or undo the changes. */
export interface PendingChanges {
  /** Before the change; `text` is undefined for a new file. */
  begin(uri: string, text: string | undefined, source?: string): void;
  end(uri: string): Promise<void>;
}

/**
 * Replaces a part of a document as a pending change. If the user typed meanwhile, the part is searched for where it is
 * now. Throws Refusal if it is gone.
 */
export async function replacePart(
  pending: PendingChanges,
  document: vscode.TextDocument,
  part: Target,
  text: string,
): Promise<void> {
  const now = document.getText();
  const from = placeNow(now, part);
  if (from === undefined)
    throw new Refusal(vscode.l10n.t('The code has changed meanwhile. Nothing was done: run the command again.'));
  await setText(pending, document, now.slice(0, from) + text + now.slice(from + part.text.length));
  reveal(document, from);
}

/** Turns a document's text into `text` as pending changes. Throws Refusal if VS Code refuses. */
export async function setText(pending: PendingChanges, document: vscode.TextDocument, text: string): Promise<void> {
  const edit = textEdit(document, text);
  if (edit !== undefined) await applyPending(pending, edit, [document]);
}

/** Creates a file as a pending change. */
export async function createPending(pending: PendingChanges, uri: vscode.Uri, text: string): Promise<void> {
  pending.begin(uri.toString(), undefined, 'refactor');
  try {
    await createFile(uri, text);
  } finally {
    await pending.end(uri.toString());
  }
}

/** Applies an edit of these documents as pending changes. Throws Refusal if VS Code refuses. */
export async function applyPending(
  pending: PendingChanges,
  edit: vscode.WorkspaceEdit,
  documents: readonly vscode.TextDocument[],
): Promise<void> {
  const uris = documents.map((document) => document.uri.toString());
  for (const document of documents) pending.begin(document.uri.toString(), document.getText(), 'refactor');
  try {
    if (!(await applyEdit(edit)))
      throw new Refusal(vscode.l10n.t('The editor refused the change. Is the file read-only?'));
  } finally {
    for (const uri of uris) await pending.end(uri);
  }
}

/** Where the part is now; undefined if its text is gone or there twice. */
function placeNow(text: string, part: Target): number | undefined {
  if (text.slice(part.from, part.from + part.text.length) === part.text) return part.from;
  const first = text.indexOf(part.text);
  return first >= 0 && text.indexOf(part.text, first + 1) < 0 ? first : undefined;
}

function reveal(document: vscode.TextDocument, offset: number): void {
  const editor = vscode.window.visibleTextEditors.find((candidate) => candidate.document === document);
  const place = document.positionAt(offset);
  editor?.revealRange(new vscode.Range(place, place), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
