import * as vscode from 'vscode';
import type { ReviewPair } from './file-checkpoints.ts';

const scheme = 'moonwright-before';
const reviewsKept = 10;

/** Shows what a turn changed in the multi-diff editor: the text before it on the left, the file itself on the right. */
export class ChangeReview implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, Map<string, string>>();
  readonly #registration: vscode.Disposable;
  #next = 0;

  constructor() {
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.query)?.get(uri.path) ?? '';
  }

  readonly show = async (pairs: readonly ReviewPair[]): Promise<void> => {
    const review = String(this.#next++);
    const texts = new Map<string, string>();
    const rows = pairs.map(({ path, before, exists }) => {
      const file = vscode.Uri.file(path);
      if (before !== undefined) texts.set(file.path, before);
      return [file, before === undefined ? undefined : file.with({ scheme, query: review }), exists ? file : undefined];
    });
    this.#texts.set(review, texts);
    const oldest = String(this.#next - 1 - reviewsKept);
    this.#texts.delete(oldest);
    await vscode.commands.executeCommand('vscode.changes', vscode.l10n.t('Changes of the assistant'), rows);
  };

  dispose(): void {
    this.#registration.dispose();
    this.#texts.clear();
  }
}
