import * as vscode from 'vscode';
import type { Call, SymbolLookup, SymbolPlace } from '../../tools/symbols/find-symbol.ts';

/** The name of a definition is searched for in this many characters from its start. */
const headMax = 500;

/** Symbols as VS Code's language servers know them. */
export const languageServerSymbols: SymbolLookup = {
  async definitions(name) {
    const found = await vscode.commands.executeCommand<vscode.SymbolInformation[] | undefined>(
      'vscode.executeWorkspaceSymbolProvider',
      name,
    );
    // Some servers call a method `name()`.
    const symbols = (found ?? []).filter(
      (symbol) => symbol.name.replace(/\(.*\)$/, '') === name && isOurs(symbol.location.uri),
    );
    return Promise.all(symbols.map(({ location }) => placeOfName(location, name)));
  },
  async references({ path, line, column }) {
    const uri = vscode.Uri.file(path);
    const document = await vscode.workspace.openTextDocument(uri);
    const at = new vscode.Position(line - 1, column - 1);
    const found = await vscode.commands.executeCommand<vscode.Location[] | undefined>(
      'vscode.executeReferenceProvider',
      document.uri,
      at,
    );
    return (found ?? []).filter((location) => isOurs(location.uri)).map(placeOf);
  },
  async calls({ path, line, column }, direction, signal) {
    const { uri } = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
    const at = new vscode.Position(line - 1, column - 1);
    const items = await vscode.commands.executeCommand<vscode.CallHierarchyItem[] | undefined>(
      'vscode.prepareCallHierarchy',
      uri,
      at,
    );
    if (items === undefined || items.length === 0) return undefined;
    const calls: Call[] = [];
    for (const item of items) {
      if (signal.aborted) break;
      calls.push(...(direction === 'callers' ? await callersOf(item) : await calleesOf(item)));
    }
    return calls;
  },
};

async function callersOf(item: vscode.CallHierarchyItem): Promise<Call[]> {
  const found = await vscode.commands.executeCommand<vscode.CallHierarchyIncomingCall[] | undefined>(
    'vscode.provideIncomingCalls',
    item,
  );
  return (found ?? [])
    .filter(({ from }) => isOurs(from.uri))
    .flatMap(({ from, fromRanges }) =>
      fromRanges.map((range) => ({ ...placeOf({ uri: from.uri, range }), name: from.name })),
    );
}

/** The calls that a function makes; they are in its own file. */
async function calleesOf(item: vscode.CallHierarchyItem): Promise<Call[]> {
  const found = await vscode.commands.executeCommand<vscode.CallHierarchyOutgoingCall[] | undefined>(
    'vscode.provideOutgoingCalls',
    item,
  );
  return (found ?? []).flatMap(({ to, fromRanges }) =>
    fromRanges.map((range) => ({ ...placeOf({ uri: item.uri, range }), name: to.name })),
  );
}

function isOurs(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

/** The place of the name: servers return the whole definition, but can be asked about it at its name only. */
async function placeOfName(location: vscode.Location, name: string): Promise<SymbolPlace> {
  const document = await vscode.workspace.openTextDocument(location.uri);
  const start = document.offsetAt(location.range.start);
  const at = document
    .getText(new vscode.Range(location.range.start, document.positionAt(start + headMax)))
    .search(new RegExp(`(?<![\\w$])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`));
  const position = at < 0 ? location.range.start : document.positionAt(start + at);
  return placeOf({ uri: location.uri, range: new vscode.Range(position, position) });
}

function placeOf({ uri, range }: vscode.Location): SymbolPlace {
  return { path: uri.fsPath, line: range.start.line + 1, column: range.start.character + 1 };
}
