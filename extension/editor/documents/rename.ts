import * as vscode from 'vscode';
import { ToolError } from '../../tools/tool.ts';
import type { PlanRename, SymbolPlace } from '../../tools/symbols/rename-symbol.ts';
import type { EditorEdits } from './edits.ts';

/** Renames by VS Code's language servers, applied by `edits`. */
export function languageServerRename(edits: EditorEdits): PlanRename {
  return async (place, newName) => {
    const edit = await renameEdit(await definitionOf(place), newName);
    if (edit === undefined) return undefined;
    const files = edit
      .entries()
      .filter(([uri, changes]) => uri.scheme === 'file' && changes.length > 0)
      .map(([uri, changes]) => ({ absolute: uri.fsPath, changes: changes.length }));
    return {
      files,
      apply: () =>
        edits.apply(
          edit,
          files.map((file) => file.absolute),
        ),
    };
  };
}

/** Where the symbol is defined, if that is in the workspace: a rename at an import would only change its own file. */
export async function definitionOf({ absolute, line, character }: SymbolPlace): Promise<vscode.Location> {
  const uri = vscode.Uri.file(absolute);
  await vscode.workspace.openTextDocument(uri);
  const here = new vscode.Position(line, character);
  const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[] | undefined>(
    'vscode.executeDefinitionProvider',
    uri,
    here,
  );
  const [first] = found ?? [];
  if (first === undefined) return new vscode.Location(uri, here);
  const location =
    'targetUri' in first
      ? new vscode.Location(first.targetUri, first.targetSelectionRange ?? first.targetRange)
      : first;
  // Definitions in libraries cannot be renamed.
  return location.uri.scheme === 'file' && vscode.workspace.getWorkspaceFolder(location.uri) !== undefined
    ? location
    : new vscode.Location(uri, here);
}

async function renameEdit(at: vscode.Location, newName: string): Promise<vscode.WorkspaceEdit | undefined> {
  await vscode.workspace.openTextDocument(at.uri);
  try {
    return await vscode.commands.executeCommand<vscode.WorkspaceEdit | undefined>(
      'vscode.executeDocumentRenameProvider',
      at.uri,
      at.range.start,
      newName,
    );
  } catch (thrown) {
    // The provider gives the reason, for example that the name is taken.
    throw new ToolError(`the language server refused: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
