import * as vscode from 'vscode';
import { shortcuts } from '../../rewrite/instruction.ts';
import { controllerId } from './comment-box.ts';

/** Completes shortcuts at the beginning of a comment box. */
export function completeShortcut(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
  const typed = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
  if (document.uri.authority !== controllerId || !/^\/\w*$/.test(typed)) return [];
  return shortcuts.map(({ name, title }) => {
    const item = new vscode.CompletionItem(
      { label: `/${name}`, description: title() },
      vscode.CompletionItemKind.Event,
    );
    item.range = new vscode.Range(new vscode.Position(0, 0), position);
    item.insertText = `/${name}`;
    return item;
  });
}

/**
 * Enter while the list of shortcuts is open over the box with `text`: a shortcut that is typed out is sent, as without
 * the list. Otherwise the chosen one is taken.
 */
export async function enterInList(text: string): Promise<void> {
  const isWhole = shortcuts.some(({ name }) => text.trim() === `/${name}`);
  await vscode.commands.executeCommand(isWhole ? 'editor.action.submitComment' : 'acceptSelectedSuggestion');
}
