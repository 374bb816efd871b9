import * as vscode from 'vscode';
import { applyPending, type PendingChanges } from './pending-changes.ts';

/** A code action of a language server, with its edit. */
export interface ServerAction {
  readonly title: string;
  readonly edit: vscode.WorkspaceEdit;
}

const resolvedMax = 20;

/**
 * The language server's action of this kind and title at a place; of several, one with the `better` title. Undefined if
 * there is none that is an edit.
 */
export async function serverAction(
  document: vscode.TextDocument,
  range: vscode.Range,
  { kind, title, better }: { readonly kind: string; readonly title: RegExp; readonly better?: RegExp },
): Promise<ServerAction | undefined> {
  const found = await vscode.commands.executeCommand<(vscode.CodeAction | vscode.Command)[] | undefined>(
    'vscode.executeCodeActionProvider',
    document.uri,
    range,
    kind,
    resolvedMax,
  );
  const actions = (found ?? []).filter(
    (action): action is vscode.CodeAction => 'kind' in action && action.kind !== undefined,
  );
  const fitting = actions.filter(
    (action) => title.test(action.title) && action.disabled === undefined && !isOurs(action),
  );
  const fits = fitting.find((action) => better?.test(action.title)) ?? fitting[0];
  return fits?.edit === undefined ? undefined : { title: fits.title, edit: fits.edit };
}

/** Applies a server's edit as pending changes, except for files that it creates. */
export async function applyServerAction(pending: PendingChanges, { edit }: ServerAction): Promise<void> {
  const documents = await Promise.all(edit.entries().map(([uri]) => vscode.workspace.openTextDocument(uri)));
  await applyPending(pending, edit, documents);
}

function isOurs(action: vscode.CodeAction): boolean {
  return action.command?.command.startsWith('moonwright.') === true;
}
