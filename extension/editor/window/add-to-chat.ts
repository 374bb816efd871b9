import * as vscode from 'vscode';
import { writtenMention } from '../../context/mentions/mention-kind.ts';
import { activeCodeEditor } from '../documents/active-editor.ts';

/**
 * The mentions for *Add to Chat*. `clicked` and `selected` are what the explorer passes: its entry, and all selected
 * ones. Without them the active editor is meant: its selection, or its file.
 */
export async function mentionsFor(
  relative: (absolute: string) => string,
  clicked: unknown,
  selected: unknown,
): Promise<string> {
  const editor = activeCodeEditor();
  const fromEditor = !Array.isArray(selected);
  if (fromEditor && editor !== undefined && !editor.selection.isEmpty) return '@selection';
  const active = clicked instanceof vscode.Uri ? clicked : editor?.document.uri;
  const entries = fromEditor ? [active] : selected;
  const uris = entries.filter((entry): entry is vscode.Uri => entry instanceof vscode.Uri && entry.scheme === 'file');
  const mentions = uris.map(async (uri) => {
    const name = relative(uri.fsPath);
    const isFolder = await vscode.workspace.fs.stat(uri).then(
      ({ type }) => (type & vscode.FileType.Directory) !== 0,
      () => false,
    );
    return writtenMention(isFolder && !name.endsWith('/') ? `${name}/` : name);
  });
  return (await Promise.all(mentions)).join(' ');
}
