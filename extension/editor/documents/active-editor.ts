import * as vscode from 'vscode';

/** The boxes of comments are editors too, and active ones while they have the focus. */
export function isCommentBox({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === 'comment';
}

/** The editor that the user works in, also while the focus is in a box of comments under its code. */
export function activeCodeEditor(): vscode.TextEditor | undefined {
  const active = vscode.window.activeTextEditor;
  if (active === undefined || !isCommentBox(active.document)) return active;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputText ? input.uri.toString() : undefined;
  return vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri);
}
