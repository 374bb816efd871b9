import * as vscode from 'vscode';
import { leastEdits } from '../../edits/least-edit.ts';
import type { EditorText, Target } from '../../rewrite/rewrite-target.ts';
import { Refusal } from '../../rewrite/refusal.ts';

/** Who keeps what is to be decided on, as far as commands need it. */
export interface PendingChanges {
  begin(uri: string, text: string | undefined, source?: string): void;
  end(uri: string): Promise<void>;
}

/** The active editor's text and selection. Throws Refusal when there is none. */
export function activeText(): {
  readonly editor: vscode.TextEditor;
  readonly document: vscode.TextDocument;
  readonly text: EditorText;
} {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) throw new Refusal(vscode.l10n.t('Open a file first.'));
  return { editor, document: editor.document, text: textAt(editor.document, editor.selection) };
}

export function textAt(document: vscode.TextDocument, range: vscode.Range): EditorText {
  return {
    language: document.languageId,
    text: document.getText(),
    from: document.offsetAt(range.start),
    to: document.offsetAt(range.end),
  };
}

/** A document's name as the model reads it. */
export function modelPath(document: vscode.TextDocument, relative: (absolute: string) => string): string {
  return document.isUntitled ? document.uri.path : relative(document.uri.fsPath);
}

/** Errors and warnings within a part; lines count from 1 in it. */
export function problemsIn(
  document: vscode.TextDocument,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly line: number; readonly message: string }[] {
  const part = new vscode.Range(document.positionAt(from), document.positionAt(to));
  const found = vscode.languages
    .getDiagnostics(document.uri)
    .filter(
      ({ range, severity }) => severity <= vscode.DiagnosticSeverity.Warning && range.intersection(part) !== undefined,
    );
  return found.map(({ range, message }) => ({
    line: Math.max(0, range.start.line - part.start.line) + 1,
    message: message.replace(/\s+/g, ' '),
  }));
}

/**
 * Puts a new text in a part's place, as pending changes. The user may have typed meanwhile: the part is looked for where
 * it is now. Throws Refusal when it is gone.
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
    throw new Refusal(vscode.l10n.t('The code was changed meanwhile. Nothing was done: run the command again.'));
  await setText(pending, document, now.slice(0, from) + text + now.slice(from + part.text.length));
  reveal(document, from);
}

/** Gives a document this text with the least changes, as pending ones. */
export async function setText(pending: PendingChanges, document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text: piece } of leastEdits(document.getText(), text)) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), piece);
  }
  await applyPending(pending, edit, [document]);
}

/** Makes an edit of these documents whose changes the user decides on afterwards. */
export async function applyPending(
  pending: PendingChanges,
  edit: vscode.WorkspaceEdit,
  documents: readonly vscode.TextDocument[],
): Promise<void> {
  const uris = documents.map((document) => document.uri.toString());
  for (const document of documents) pending.begin(document.uri.toString(), document.getText(), 'refactor');
  try {
    if (!(await vscode.workspace.applyEdit(edit)))
      throw new Refusal(vscode.l10n.t('The editor refused the change. Is the file read-only?'));
  } finally {
    for (const uri of uris) await pending.end(uri);
  }
}

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
