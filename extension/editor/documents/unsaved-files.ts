import * as vscode from 'vscode';

/**
 * Asks about the user's unsaved changes before tests run and after the assistant edited the same file. Owns: the
 * questions and their answers. Does not own: saving after edits.
 */
export class UnsavedFiles {
  readonly #relative: (absolute: string) => string;
  /** Files that the user chose not to save; asked about again once they were saved and changed again. */
  readonly #left = new Set<string>();

  constructor(relative: (absolute: string) => string) {
    this.#relative = relative;
  }

  /** Asks whether to save a file that had unsaved changes when the assistant edited it. */
  readonly maySave = async (name: string): Promise<boolean> => {
    const save = vscode.l10n.t('Save');
    const leave = vscode.l10n.t('Leave unsaved');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('You had unsaved changes in {0} when the assistant edited it. Save it now?', name),
      { modal: true, detail: vscode.l10n.t('Tests only see saved files.') },
      save,
      leave,
    );
    return answer === save;
  };

  /** Offers to save all files before tests run. Resolves at once if the turn is stopped. */
  readonly offerToSave = async (signal: AbortSignal): Promise<void> => {
    const dirty = this.#dirty();
    const names = new Set(dirty.map((document) => document.uri.fsPath));
    for (const name of this.#left) if (!names.has(name)) this.#left.delete(name);
    if (dirty.every((document) => this.#left.has(document.uri.fsPath))) return;
    const save = vscode.l10n.t('Save all');
    const leave = vscode.l10n.t('Run without saving');
    const question = vscode.window.showWarningMessage(
      vscode.l10n.t('Tests only see saved files. Save these files first?'),
      { modal: true, detail: dirty.map((document) => this.#relative(document.uri.fsPath)).join('\n') },
      save,
      leave,
    );
    const stopped = new Promise<undefined>((resolve) =>
      signal.addEventListener('abort', () => resolve(undefined), { once: true }),
    );
    const answer = await Promise.race([question, stopped]);
    if (answer === save) for (const document of dirty) await document.save();
    else for (const document of dirty) this.#left.add(document.uri.fsPath);
  };

  #dirty(): vscode.TextDocument[] {
    return vscode.workspace.textDocuments.filter(
      (document) =>
        document.isDirty &&
        !document.isClosed &&
        document.uri.scheme === 'file' &&
        vscode.workspace.getWorkspaceFolder(document.uri) !== undefined,
    );
  }
}
