import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
import type { IsHidden } from '../../permission/hidden-files.ts';
import { commitMessages, readCommitMessage } from '../../rewrite/commit-message.ts';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { changesToCommit, recentSubjects, repositoryFor } from '../documents/git/repositories.ts';
import type { GitRepository } from '../documents/git/git-extension.ts';
import { showMessage } from '../model-text/messages.ts';
import type { CountTokens } from './code-review.ts';
import type { RefactorRuns } from './runs.ts';

/** Tokens of the diff. Larger models get at most a quarter of their context. */
const compactBudget = 900;
const fullBudget = 12_000;
const recentCount = 8;
const answerTokens = { compact: 60, full: 400 };

/** Writes a message into the commit box of a repository. Commits nothing; the user can bring back their draft. */
export function commitMessageCommand(
  runs: RefactorRuns,
  oneShot: OneShot,
  countTokens: CountTokens,
  isHidden: IsHidden,
): (control?: unknown) => Promise<void> {
  return async (control) => {
    const repository = await repositoryFor(control);
    const draft = repository.inputBox.value;
    const written = await runs.run(
      { title: vscode.l10n.t('Write a commit message'), needs: refactors.generateCommitMessage },
      async ({ model, signal }) => {
        const files = await changesToCommit(repository, isHidden);
        if (files.length === 0) throw new Refusal(vscode.l10n.t('There is nothing to commit.'));
        const compact = model.profile === 'compact';
        if (compact && files.every((file) => file.hunks === ''))
          throw new Refusal(
            vscode.l10n.t(
              '{0} can only read changes of text files, and there are none. Choose a larger model.',
              model.name,
            ),
            'model',
          );
        const messages = await commitMessages(model.profile, {
          files,
          recent: compact ? [] : await recentSubjects(repository, recentCount),
          draft,
          budget: compact ? compactBudget : Math.min(fullBudget, Math.floor(model.contextTokens / 4)),
          count: (texts) => countTokens(texts, signal),
        });
        let said = '';
        const show = (piece: string): void => {
          said += piece;
          if (!/^\s*`/.test(said)) repository.inputBox.value = said.trimStart();
        };
        try {
          const message = readCommitMessage(
            await oneShot.run('commit', messages, { maxTokens: answerTokens[model.profile], signal, onText: show }),
          );
          if (message === '') throw new Refusal(vscode.l10n.t('{0} wrote no message.', model.name), 'model');
          repository.inputBox.value = message;
          return message;
        } catch (thrown) {
          repository.inputBox.value = draft;
          throw thrown;
        }
      },
    );
    if (written !== undefined && draft.trim() !== '' && draft !== written) void offerDraft(repository, draft, written);
  };
}

async function offerDraft(repository: GitRepository, draft: string, written: string): Promise<void> {
  const back = vscode.l10n.t('Restore my text');
  const answer = await showMessage('info', `Moonwright: ${vscode.l10n.t('The new message replaced your text.')}`, back);
  if (answer === back && repository.inputBox.value === written) repository.inputBox.value = draft;
}
