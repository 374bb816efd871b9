import * as vscode from 'vscode';
import type { Replacement } from '../../rewrite/rename-plan.ts';

const scheme = 'moonwright-proposed';

/** A text as it would be. */
export interface ProposedFile {
  readonly uri: vscode.Uri;
  /** Whether the file exists now. */
  readonly exists: boolean;
  readonly text: string;
}

/**
 * Shows changes of several files before anything is touched. Owns: the proposed texts that are shown. Does not own: the
 * changes themselves.
 */
export class ChangePreview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #registration: vscode.Disposable;
  #next = 0;

  constructor() {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  /** The files now and as they would be, side by side; resolves when the user has decided. */
  async confirm(title: string, files: readonly ProposedFile[]): Promise<boolean> {
    const id = String(this.#next++);
    const rows = files.map(({ uri, exists, text }) => {
      const proposed = uri.with({ scheme, authority: '', query: id });
      this.#texts.set(proposed.toString(), text);
      return [uri, exists ? uri : undefined, proposed] as const;
    });
    const apply = vscode.l10n.t('Apply');
    const discard = vscode.l10n.t('Discard');
    try {
      await vscode.commands.executeCommand('vscode.changes', title, rows);
      return (await vscode.window.showInformationMessage(`Moonwright: ${title}`, apply, discard)) === apply;
    } finally {
      await closeTabs(title);
      for (const [, , proposed] of rows) this.#texts.delete(proposed.toString());
    }
  }

  dispose(): void {
    this.#registration.dispose();
    this.#texts.clear();
  }
}

/**
 * The edit of a rename for VS Code's refactor preview, which opens when an edit is flagged; flagged ones start
 * unchecked there.
 */
export function previewedEdit(sure: readonly Replacement[], unsure: readonly Replacement[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const add = (replacements: readonly Replacement[], metadata: vscode.WorkspaceEditEntryMetadata | undefined): void => {
    for (const { path, line, from, to, text } of replacements)
      edit.replace(vscode.Uri.file(path), new vscode.Range(line, from, line, to), text, metadata);
  };
  add(sure, unsure.length === 0 ? undefined : { label: vscode.l10n.t('Uses'), needsConfirmation: false });
  add(unsure, {
    label: vscode.l10n.t('Mentions in comments and texts'),
    description: vscode.l10n.t('The language server does not know whether they mean this name.'),
    needsConfirmation: true,
  });
  return edit;
}

async function closeTabs(title: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => tab.label.startsWith(title) && !(tab.input instanceof vscode.TabInputText));
  await vscode.window.tabGroups.close(tabs);
}
