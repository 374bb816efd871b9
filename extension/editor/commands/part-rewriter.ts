import * as vscode from 'vscode';
import type { Refactor } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { rewrite, type RewriteOrder } from '../../rewrite/rewrite.ts';
import { faultText } from '../../rewrite/rewrite-fault.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import { selectedTarget, type Target } from '../../rewrite/rewrite-target.ts';
import { activeText } from '../documents/active-editor.ts';
import type { CodeContext } from '../documents/code-context.ts';
import { replacePart, type PendingChanges } from '../documents/pending-changes.ts';
import { showMessage } from '../model-text/messages.ts';
import type { RefactorRuns } from './runs.ts';

/** Request to the model for one part. */
type PartOrder = Pick<RewriteOrder, 'instruction' | 'demands' | 'compose'>;

/** Has the model rewrite parts of documents, as pending changes. */
export class PartRewriter {
  readonly #runs: RefactorRuns;
  readonly #rewriter: Rewriter;
  readonly #context: CodeContext;
  readonly #pending: PendingChanges;

  constructor(runs: RefactorRuns, rewriter: Rewriter, context: CodeContext, pending: PendingChanges) {
    this.#runs = runs;
    this.#rewriter = rewriter;
    this.#context = context;
    this.#pending = pending;
  }

  /** Runs a command on the selection, or on the definition around the cursor. */
  async rewriteSelection(
    title: string,
    needs: Refactor,
    order: (target: Target, document: vscode.TextDocument) => PartOrder & { readonly target: Target },
  ): Promise<void> {
    const { document, text } = activeText();
    await this.#runs.run({ title, needs, document }, async ({ signal }) => {
      const found = await selectedTarget(this.#rewriter.syntax, text);
      if (found === undefined)
        throw new Refusal(vscode.l10n.t('There is no code here. Put the cursor into a function.'));
      const { target, ...rest } = order(found, document);
      await this.rewritePart(document, target, rest, signal);
    });
  }

  /** Rewrites one part. Throws Refusal if the model fails or the part has changed meanwhile. */
  async rewritePart(
    document: vscode.TextDocument,
    target: Target,
    order: PartOrder,
    signal: AbortSignal,
  ): Promise<void> {
    const text = await rewrite(
      this.#rewriter,
      {
        path: this.#context.pathOf(document),
        language: document.languageId,
        text: document.getText(),
        target,
        surroundings: () => this.#context.surroundings(document, target),
        doubt: (fault) => void showMessage('warning', `Moonwright: ${faultText(fault)}`),
        ...order,
      },
      signal,
    );
    if (!signal.aborted) await replacePart(this.#pending, document, target, text);
  }
}
