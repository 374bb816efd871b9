import * as vscode from 'vscode';
import type { SymbolLookup, SymbolPlace } from '../tools/find-symbol.ts';

/** What the language servers of the editor know of symbols. */
export const vscodeSymbols: SymbolLookup = {
  async definitions(name) {
    const found = await vscode.commands.executeCommand<vscode.SymbolInformation[] | undefined>('vscode.executeWorkspaceSymbolProvider', name);
    // Methods come as `name()` from some servers.
    return (found ?? []).filter((symbol) => symbol.name.replace(/\(.*\)$/, '') === name && isOurs(symbol.location.uri)).map(({ location }) => placeOf(location));
  },
  async references({ path, line, column }) {
    const uri = vscode.Uri.file(path);
    const document = await vscode.workspace.openTextDocument(uri);
    const at = new vscode.Position(line - 1, column - 1);
    const found = await vscode.commands.executeCommand<vscode.Location[] | undefined>('vscode.executeReferenceProvider', document.uri, at);
    return (found ?? []).filter((location) => isOurs(location.uri)).map(placeOf);
  },
};

function isOurs(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

function placeOf({ uri, range }: vscode.Location): SymbolPlace {
  return { path: uri.fsPath, line: range.start.line + 1, column: range.start.character + 1 };
}
