import * as vscode from 'vscode';
import type { Decision } from '../../chat/approvals.ts';

/** Asks the user in the panel; undefined if the turn was stopped meanwhile. */
type Decide = (decision: Decision) => Promise<string | undefined>;

/**
 * Asks about the user's unsaved changes before tests run and after the assistant edited the same file. The questions
 * wait in the panel: the user may be typing in the editor. Owns: the questions and their answers. Does not own: saving
 * after edits.
 */
export class UnsavedFiles {
  readonly #relative: (absolute: string) => string;
  readonly #decide: Decide;
  /** Files that the user chose not to save; asked about again once they were saved and changed again. */
  readonly #left = new Set<string>();

  constructor(relative: (absolute: string) => string, decide: Decide) {
    this.#relative = relative;
    this.#decide = decide;
  }

  /** Asks whether to save a file that had unsaved changes when the assistant edited it. */
  readonly maySave = async (name: string): Promise<boolean> => {
    const answer = await this.#decide({
      title: vscode.l10n.t('You had unsaved changes in {0} when the assistant edited it. Save it now?', name),
      details: [vscode.l10n.t('Tests only see saved files.')],
      choices: { save: vscode.l10n.t('Save'), leave: vscode.l10n.t('Leave unsaved') },
    });
    return answer === 'save';
  };

  /** Offers to save all files before tests run. Returns at once if the turn is stopped. */
  readonly offerToSave = async (): Promise<void> => {
    const dirty = this.#dirty();
    const names = new Set(dirty.map((document) => document.uri.fsPath));
    for (const name of this.#left) if (!names.has(name)) this.#left.delete(name);
    if (dirty.every((document) => this.#left.has(document.uri.fsPath))) return;
    const answer = await this.#decide({
      title: vscode.l10n.t('Tests only see saved files. Save these files first?'),
      details: dirty.map((document) => this.#relative(document.uri.fsPath)),
      choices: { save: vscode.l10n.t('Save all'), leave: vscode.l10n.t('Run without saving') },
    });
    if (answer === 'save') for (const document of dirty) await document.save();
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
