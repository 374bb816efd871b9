import * as vscode from 'vscode';
import type { PendingEdits } from '../../edits/pending-edits.ts';

/** Marks files with pending changes in the explorer and on tabs. */
export class PendingBadges implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #pending: PendingEdits;
  readonly #changed = new vscode.EventEmitter<vscode.Uri[]>();
  readonly #disposables: readonly vscode.Disposable[];
  readonly onDidChangeFileDecorations = this.#changed.event;
  #marked: ReadonlySet<string> = new Set();

  constructor(pending: PendingEdits) {
    this.#pending = pending;
    this.#disposables = [
      vscode.window.registerFileDecorationProvider(this),
      { dispose: pending.onChange(() => this.#update()) },
    ];
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    return this.#marked.has(uri.toString())
      ? { badge: '\u25C6', tooltip: vscode.l10n.t('Has changes by the assistant to review') }
      : undefined;
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
    this.#changed.dispose();
  }

  #update(): void {
    const marked = new Set(this.#pending.files().map((file) => file.uri));
    const differ = [...marked, ...this.#marked].filter((uri) => marked.has(uri) !== this.#marked.has(uri));
    if (differ.length === 0) return;
    this.#marked = marked;
    this.#changed.fire(differ.map((uri) => vscode.Uri.parse(uri)));
  }
}
