import path from 'node:path';
import * as vscode from 'vscode';
import type { PendingEdits, PendingFile } from '../../edits/pending-edits.ts';
import { Baselines } from './baselines.ts';

/**
 * Shows pending edits as a source control while there are any: bars in the gutter with Keep and Undo in their peek, and
 * the list of files.
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
      this.#control.count = 0; // git counts these changes already
      this.#group = this.#control.createResourceGroup('pending', vscode.l10n.t('Changes by the assistant'));
    }
    // VS Code asks for the originals of open files again only if the provider is set again.
    this.#control.quickDiffProvider = undefined;
    this.#control.quickDiffProvider = this;
    if (this.#group !== undefined) this.#group.resourceStates = files.map(stateOf);
  }
}

function stateOf(file: PendingFile): vscode.SourceControlResourceState {
  const resourceUri = vscode.Uri.parse(file.uri);
  const changed = file.deleted ? vscode.l10n.t('deleted') : vscode.l10n.t('edited');
  const tooltip = file.created ? vscode.l10n.t('created') : changed;
  const before = Baselines.uriOf(resourceUri);
  const created = file.created ? resourceUri : undefined;
  const one = file.deleted ? before : created;
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
