import * as vscode from 'vscode';

/**
 * What the user has not saved, where the disk matters: tests see only what is saved, an edit of ours adds to a file
 * with changes of theirs. Owns: the questions and what was answered. Does not own: saving after edits.
 */
export class UnsavedFiles {
  readonly #relative: (absolute: string) => string;
  /** Files for which the user chose to go on without saving; asked again when they are saved and changed anew. */
  readonly #left = new Set<string>();

  constructor(relative: (absolute: string) => string) {
    this.#relative = relative;
  }

  /** Whether to save a file that had unsaved changes of the user's when it was edited. */
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

  /** Offers to save everything before tests run. Resolves at once when the turn is stopped. */
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
