import * as vscode from 'vscode';
import { documented, withCommentAbove } from '../../rewrite/doc-comment.ts';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { isStub } from '../../rewrite/stub.ts';
import type { PartRewriter } from './part-rewriter.ts';

/** The commands that rewrite the selection by a fixed instruction: Document, Simplify, Implement Stub. */
export class Rewrites {
  readonly #parts: PartRewriter;

  constructor(parts: PartRewriter) {
    this.#parts = parts;
  }

  readonly document = async (): Promise<void> => {
    await this.#parts.rewriteSelection(vscode.l10n.t('Document'), refactors.document, (target, document) => {
      const from = withCommentAbove(document.languageId, document.getText(), target.from);
      return {
        target: { ...target, from, text: document.getText().slice(from, target.to) },
        instruction: refactors.document.instruction,
        demands: { sameNames: true },
        compose: (code, answer) => documented(document.languageId, code, answer),
      };
    });
  };

  readonly simplify = async (): Promise<void> => {
    await this.#parts.rewriteSelection(vscode.l10n.t('Simplify'), refactors.simplify, (target) => ({
      target,
      instruction: refactors.simplify.instruction,
    }));
  };

  readonly implementStub = async (): Promise<void> => {
    await this.#parts.rewriteSelection(vscode.l10n.t('Implement stub'), refactors.implementStub, (target) => {
      if (!isStub(target.text))
        throw new Refusal(vscode.l10n.t('There is no stub here. Put the cursor into a function without a body.'));
      return {
        target,
        instruction: refactors.implementStub.instruction,
        // An answer that is still a stub counts as no change.
        compose: (_, answer) => (isStub(answer) ? target.text : answer),
      };
    });
  };
}
