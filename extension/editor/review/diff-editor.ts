import * as vscode from 'vscode';
import type { PendingEdits } from '../../edits/pending-edits.ts';
import type { ReviewPair } from '../../edits/turn-review.ts';
import { Baselines } from './baselines.ts';

const scheme = 'moonwright-earlier';
const reviewsKept = 10;

/**
 * Shows changes in the multi-diff editor: the earlier text on the left, the file on the right. Pending files are
 * compared with their baseline, which follows the review; others with their text before the turn.
 */
export class ReviewEditor implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #pending: PendingEdits;
  readonly #texts = new Map<string, Map<string, string>>();
  readonly #disposables: readonly vscode.Disposable[];
  #next = 0;

  constructor(pending: PendingEdits) {
    this.#pending = pending;
    this.#disposables = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.window.tabGroups.onDidChangeTabs(() => this.#look()),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.#look()),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.query)?.get(uri.path) ?? '';
  }

  readonly show = async (pairs: readonly ReviewPair[]): Promise<void> => {
    if (pairs.length === 0) return;
    const review = String(this.#next++);
    const texts = new Map<string, string>();
    const rows = pairs.map(({ path, before, exists }) => {
      const file = vscode.Uri.file(path);
      const pending = this.#pending.file(file.toString());
      if (pending !== undefined)
        return [file, pending.created ? undefined : Baselines.uriOf(file), pending.deleted ? undefined : file];
      if (before !== undefined) texts.set(file.path, before);
      return [file, before === undefined ? undefined : file.with({ scheme, query: review }), exists ? file : undefined];
    });
    this.#texts.set(review, texts);
    this.#texts.delete(String(this.#next - 1 - reviewsKept));
    await vscode.commands.executeCommand('vscode.changes', title(), rows);
    this.#look();
  };

  /** Shows all pending files. */
  async showPending(): Promise<void> {
    await this.show(
      this.#pending
        .files()
        .map((file) => ({ path: vscode.Uri.parse(file.uri).fsPath, before: file.baseline, exists: !file.deleted })),
    );
  }

  /** Closes all reviews. */
  async close(): Promise<void> {
    await vscode.window.tabGroups.close(vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(isReview));
  }

  dispose(): void {
    for (const one of this.#disposables) one.dispose();
    this.#texts.clear();
  }

  /** Shows the buttons of the editor title only in reviews. */
  #look(): void {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    setReviewContext('reviewing', tab !== undefined && isReview(tab));
  }
}

/** Sets a context key for the `when` clauses of menus and keys. */
export function setReviewContext(key: 'pending' | 'pendingHere' | 'reviewing', value: boolean): void {
  void vscode.commands.executeCommand('setContext', `moonwright.${key}`, value);
}

function title(): string {
  return vscode.l10n.t('Changes by the assistant');
}

/** The stable API has no type for tabs of multi-diff editors: they are those of no known type. */
function isReview({ input, label }: vscode.Tab): boolean {
  const known = [
    vscode.TabInputText,
    vscode.TabInputTextDiff,
    vscode.TabInputCustom,
    vscode.TabInputWebview,
    vscode.TabInputNotebook,
    vscode.TabInputNotebookDiff,
    vscode.TabInputTerminal,
  ];
  return label.startsWith(title()) && !known.some((kind) => input instanceof kind);
}
