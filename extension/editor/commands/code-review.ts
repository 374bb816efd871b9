import path from 'node:path';
import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
import type { IsHidden } from '../../permission/hidden-files.ts';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import {
  findingsSchema,
  portions,
  readFindings,
  reviewMessages,
  type Finding,
  type FindingWeight,
} from '../../rewrite/review-findings.ts';
import { changesSinceHead, repositoryFor } from '../documents/git/repositories.ts';
import { showMessage } from '../model-text/messages.ts';
import type { Notes } from './notes.ts';
import type { RefactorRuns } from './runs.ts';

const portionTokensMax = 8000;
const answerTokens = 3000;

/** Counts the tokens of texts for the loaded model. */
export type CountTokens = (texts: readonly string[], signal: AbortSignal) => Promise<readonly number[]>;

interface ReviewParts {
  readonly notes: Notes;
  readonly countTokens: CountTokens;
  readonly isHidden: IsHidden;
}

/** Has the model review everything that differs from the last commit. Its findings become comments at their lines. */
export function reviewCommand(
  runs: RefactorRuns,
  oneShot: OneShot,
  { notes, countTokens, isHidden }: ReviewParts,
): (control?: unknown) => Promise<void> {
  return async (control) => {
    const title = vscode.l10n.t('Review my changes');
    await runs.run({ title, needs: refactors.reviewChanges }, async ({ model, signal, report }) => {
      const repository = await repositoryFor(control);
      const files = await changesSinceHead(repository, isHidden);
      const budget = Math.min(portionTokensMax, Math.floor(model.contextTokens / 3));
      const parts = await portions(files, budget, (texts) => countTokens(texts, signal));
      if (parts.length === 0) throw new Refusal(vscode.l10n.t('There are no changes to review.'));
      notes.clear('finding');
      const found: Finding[] = [];
      for (const [at, part] of parts.entries()) {
        const names = part.map((file) => file.path).join(', ');
        report(vscode.l10n.t('{0} of {1}: {2}', at + 1, parts.length, names));
        const said = await oneShot.run('ask', reviewMessages(part), {
          maxTokens: answerTokens,
          signal,
          responseFormat: { type: 'schema', schema: findingsSchema },
        });
        for (const finding of readFindings(said, part)) {
          found.push(finding);
          addNote(notes, repository.rootUri, finding);
        }
      }
      void tell(repository.rootUri, found);
    });
  };
}

function addNote(notes: Notes, root: vscode.Uri, { path: file, line, weight, text }: Finding): void {
  const uri = vscode.Uri.file(path.join(root.fsPath, file));
  notes.add({ uri, line: line - 1, title: weightTitle(weight), text, kind: 'finding' });
}

/** Says how many findings there are, and opens the first. */
async function tell(root: vscode.Uri, found: readonly Finding[]): Promise<void> {
  const [first] = found;
  if (first !== undefined) {
    const place = new vscode.Position(first.line - 1, 0);
    const uri = vscode.Uri.file(path.join(root.fsPath, first.path));
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(place, place) });
  }
  await showMessage('info', `Moonwright: ${countText(found.length)}`);
}

function countText(count: number): string {
  if (count === 0) return vscode.l10n.t('The review found nothing.');
  if (count === 1) return vscode.l10n.t('The review found 1 thing. See the comment at its line.');
  return vscode.l10n.t('The review found {0} things. See the comments at their lines.', count);
}

function weightTitle(weight: FindingWeight): string {
  switch (weight) {
    case 'bug':
      return vscode.l10n.t('Bug');
    case 'risk':
      return vscode.l10n.t('Risk');
    case 'remark':
      return vscode.l10n.t('Remark');
  }
}
