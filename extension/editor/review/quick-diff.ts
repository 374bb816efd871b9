import path from 'node:path';
import * as vscode from 'vscode';
import type { PendingEdits, PendingFile } from '../../edits/pending-edits.ts';
import { Baselines } from './baselines.ts';

/**
 * Pending edits as a source control of their own, for as long as there are any: bars in the gutter with Keep and Undo in
 * their peek, and the list of files. Owns: only what VS Code shows of them.
 */
export class PendingSourceControl implements vscode.QuickDiffProvider, vscode.Disposable {
  readonly #pending: PendingEdits;
  readonly #stop: () => void;
  #control: vscode.SourceControl | undefined;
  #group: vscode.SourceControlResourceGroup | undefined;
  #shown = '';

  constructor(pending: PendingEdits) {
    this.#pending = pending;
    this.#stop = pending.onChange(() => this.#update());
  }

  provideOriginalResource(uri: vscode.Uri): vscode.Uri | undefined {
    const file = this.#pending.file(uri.toString());
    return file === undefined || file.deleted ? undefined : Baselines.uriOf(uri);
  }

  dispose(): void {
    this.#stop();
    this.#control?.dispose();
  }

  #update(): void {
    const files = this.#pending.files();
    const shown = files.map(({ uri, created, deleted }) => `${uri} ${String(created)} ${String(deleted)}`).join('\n');
    if (shown === this.#shown) return;
    this.#shown = shown;
    if (files.length === 0) {
      this.#control?.dispose();
      this.#control = undefined;
      return;
    }
    if (this.#control === undefined) {
      this.#control = vscode.scm.createSourceControl('moonwright', 'Moonwright');
      this.#control.inputBox.visible = false;
      this.#control.count = 0; // the user's own changes are counted already
      this.#group = this.#control.createResourceGroup('pending', vscode.l10n.t('Changes by the assistant'));
    }
    // The editor asks anew for the originals of open files only when the provider is another one.
    this.#control.quickDiffProvider = undefined;
    this.#control.quickDiffProvider = this;
    if (this.#group !== undefined) this.#group.resourceStates = files.map(stateOf);
  }
}

function stateOf(file: PendingFile): vscode.SourceControlResourceState {
  const resourceUri = vscode.Uri.parse(file.uri);
  const tooltip = file.created
    ? vscode.l10n.t('created')
    : file.deleted
      ? vscode.l10n.t('deleted')
      : vscode.l10n.t('edited');
  const before = Baselines.uriOf(resourceUri);
  const one = file.deleted ? before : file.created ? resourceUri : undefined;
  return {
    resourceUri,
    contextValue: 'pending',
    decorations: { tooltip, strikeThrough: file.deleted },
    command: {
      title: vscode.l10n.t('Open'),
      command: one === undefined ? 'vscode.diff' : 'vscode.open',
      arguments: one === undefined ? [before, resourceUri, path.basename(resourceUri.path)] : [one],
    },
  };
}
