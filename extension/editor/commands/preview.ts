import * as vscode from 'vscode';
import type { Replacement } from '../../rewrite/rename-plan.ts';
import { rangeEdit, type RangeEdit } from '../documents/document-writer.ts';
import { showMessage } from '../model-text/messages.ts';

const scheme = 'moonwright-proposed';

/** A file with the text that it would have. */
interface ProposedFile {
  readonly uri: vscode.Uri;
  /** False for a file that would be created. */
  readonly exists: boolean;
  readonly text: string;
}

/** Shows changes of several files before they are made. Owns: the proposed texts. Does not own: making the changes. */
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

  /** Shows the files before and after, side by side; resolves to true if the user applies the changes. */
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
      return (await showMessage('info', `Moonwright: ${title}`, apply, discard)) === apply;
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
 * The edit of a rename. With `unsure` replacements VS Code opens its refactor preview: those start unchecked there.
 */
export function previewedEdit(sure: readonly Replacement[], unsure: readonly Replacement[]): vscode.WorkspaceEdit {
  const uses = unsure.length === 0 ? undefined : { label: vscode.l10n.t('Uses'), needsConfirmation: false };
  const mentions = {
    label: vscode.l10n.t('Mentions in comments and strings'),
    description: vscode.l10n.t('The language server does not know if they mean this name.'),
    needsConfirmation: true,
  };
  const labelled = (
    { path, line, from, to, text }: Replacement,
    label: vscode.WorkspaceEditEntryMetadata | undefined,
  ): RangeEdit => ({
    uri: vscode.Uri.file(path),
    range: new vscode.Range(line, from, line, to),
    text,
    ...(label !== undefined && { label }),
  });
  return rangeEdit([...sure.map((one) => labelled(one, uses)), ...unsure.map((one) => labelled(one, mentions))]);
}

async function closeTabs(title: string): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => tab.label.startsWith(title) && !(tab.input instanceof vscode.TabInputText));
  await vscode.window.tabGroups.close(tabs);
}
