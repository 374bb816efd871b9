import * as vscode from 'vscode';
import type { PendingEdits } from '../../edits/pending-edits.ts';

const baselineScheme = 'moonwright-before';

/** The texts without pending changes, as read-only documents that follow the review. */
export class Baselines implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #pending: PendingEdits;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #disposables: readonly vscode.Disposable[];
  readonly onDidChange = this.#changed.event;
  /** The last text shown, by the URI of the file: it stays until its editors close, even after the review. */
  readonly #shown = new Map<string, string>();

  constructor(pending: PendingEdits) {
    this.#pending = pending;
    this.#disposables = [
      vscode.workspace.registerTextDocumentContentProvider(baselineScheme, this),
      { dispose: pending.onChange(() => this.#refresh()) },
    ];
  }

  /** The URI of the document with a file's baseline. */
  static uriOf(file: vscode.Uri): vscode.Uri {
    return file.with({ scheme: baselineScheme, authority: '', query: file.toString() });
  }

  provideTextDocumentContent({ query }: vscode.Uri): string {
    const text = this.#textOf(query);
    this.#shown.set(query, text);
    return text;
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
    this.#changed.dispose();
  }

  #refresh(): void {
    for (const document of vscode.workspace.textDocuments) {
      if (document.uri.scheme !== baselineScheme) continue;
      const { query } = document.uri;
      if (this.#textOf(query) !== this.#shown.get(query)) this.#changed.fire(document.uri);
    }
  }

  /** A file without pending changes equals its baseline. */
  #textOf(uri: string): string {
    const file = this.#pending.file(uri);
    if (file !== undefined) return file.baseline ?? '';
    return (
      vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri)?.getText() ??
      this.#shown.get(uri) ??
      ''
    );
  }
}
