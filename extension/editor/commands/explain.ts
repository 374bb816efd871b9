import * as vscode from 'vscode';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import { askMessages } from '../../rewrite/rewrite-prompt.ts';
import { selectedTarget } from '../../rewrite/rewrite-target.ts';
import { activeText } from '../documents/active-editor.ts';
import type { CodeContext } from '../documents/code-context.ts';
import type { Notes } from './notes.ts';
import type { RefactorRuns } from './runs.ts';

const answerTokens = { compact: 200, full: 1500 };

/** Explains the selection, or the definition around the cursor, in a comment above it. */
export function explainCommand(
  runs: RefactorRuns,
  { oneShot, syntax }: Rewriter,
  context: CodeContext,
  notes: Notes,
): () => Promise<void> {
  return async () => {
    const { document, text } = activeText();
    const title = vscode.l10n.t('Explain');
    await runs.run({ title, needs: refactors.explain, document }, async ({ model, signal }) => {
      const target = await selectedTarget(syntax, text);
      if (target === undefined)
        throw new Refusal(vscode.l10n.t('There is no code here. Put the cursor into a function.'));
      const messages = askMessages(model.profile, {
        path: context.pathOf(document),
        language: document.languageId,
        instruction: 'Explain this code.',
        code: target.text,
        ...(model.profile === 'full' && { surroundings: await context.surroundings(document, target) }),
      });
      let show: ((text: string) => void) | undefined;
      let said = '';
      const onText = (piece: string): void => {
        said += piece;
        show ??= notes.add({
          uri: document.uri,
          line: document.positionAt(target.from).line,
          title: vscode.l10n.t('Explanation by {0}', model.name),
          text: said,
          kind: 'explanation',
        });
        show(said);
      };
      await oneShot.run('ask', messages, { maxTokens: answerTokens[model.profile], signal, onText });
      if (said.trim() === '') throw new Refusal(vscode.l10n.t('{0} gave no answer.', model.name), 'model');
    });
  };
}
