import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
import { askMessages } from '../../rewrite/rewrite-prompt.ts';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { selectedTarget } from '../../rewrite/rewrite-target.ts';
import type { Notes } from './notes.ts';
import type { RewritesParts } from './rewrites.ts';
import { activeText } from '../documents/documents.ts';

const answerTokens = { compact: 200, full: 1500 };

/** Explains what is selected, or the definition around the cursor, in a comment above it. */
export function explainCommand(
  { runs, oneShot, syntax, pathOf, surroundings }: Omit<RewritesParts, 'oneShot'> & { readonly oneShot: OneShot },
  notes: Notes,
): () => Promise<void> {
  return async () => {
    const { document, text } = activeText();
    await runs.run(
      { title: vscode.l10n.t('Explain'), needs: refactors.explain, document },
      async ({ model, signal }) => {
        const target = await selectedTarget(syntax, text);
        if (target === undefined)
          throw new Refusal(vscode.l10n.t('There is no code here: put the cursor into a function.'));
        const request = {
          path: pathOf(document),
          language: document.languageId,
          instruction: 'Explain this code.',
          code: target.text,
        };
        const messages = askMessages(
          model.profile,
          model.profile === 'full' ? { ...request, surroundings: await surroundings(document, target) } : request,
        );
        let show: ((text: string) => void) | undefined;
        let said = '';
        const onText = (piece: string): void => {
          said += piece;
          show ??= notes.add({
            uri: document.uri,
            line: document.positionAt(target.from).line,
            title: vscode.l10n.t('Explanation'),
            text: said,
            kind: 'explanation',
          });
          show(said);
        };
        await oneShot.run('ask', messages, { maxTokens: answerTokens[model.profile], signal, onText });
        if (said.trim() === '') throw new Refusal(vscode.l10n.t('{0} said nothing.', model.name), 'model');
      },
    );
  };
}
