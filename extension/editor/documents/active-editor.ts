import * as vscode from 'vscode';
import { Refusal } from '../../rewrite/refusal.ts';
import type { EditorText } from '../../rewrite/rewrite-target.ts';

/** True for the text of a comment box: those are editors too, and active while they have the focus. */
export function isCommentBox({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'comment';
}

/** The editor that the user works in, even if the focus is in a comment box below its code. */
export function activeCodeEditor(): vscode.TextEditor | undefined {
  const active = vscode.window.activeTextEditor;
  if (active === undefined || !isCommentBox(active.document)) return active;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputText ? input.uri.toString() : undefined;
  return vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
}

/** The active editor with its text and selection. Throws Refusal if there is none. */
export function activeText(): {
  readonly editor: vscode.TextEditor;
  readonly document: vscode.TextDocument;
  readonly text: EditorText;
} {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) throw new Refusal(vscode.l10n.t('Open a file first.'));
  return { editor, document: editor.document, text: textAt(editor.document, editor.selection) };
}

/** A document's text with a range of it as the selection. */
export function textAt(document: vscode.TextDocument, range: vscode.Range): EditorText {
  return {
    language: document.languageId,
    text: document.getText(),
    from: document.offsetAt(range.start),
    to: document.offsetAt(range.end),
  };
}
