import path from 'node:path';
import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
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
import { changesSinceHead, repositoryFor } from '../documents/git.ts';
import type { Notes } from './notes.ts';
import type { RefactorRuns } from './runs.ts';

export interface ReviewParts {
  readonly runs: RefactorRuns;
  readonly oneShot: OneShot;
  readonly notes: Notes;
  readonly countTokens: (texts: readonly string[], signal: AbortSignal) => Promise<readonly number[]>;
}

const portionTokensMax = 8000;
const answerTokens = 3000;

/** Reads everything that differs from the last commit; what it finds stands as comments at the lines. */
export function reviewCommand({
  runs,
  oneShot,
  notes,
  countTokens,
}: ReviewParts): (control?: unknown) => Promise<void> {
  return async (control) => {
    const repository = await repositoryFor(control);
    await runs.run(
      { title: vscode.l10n.t('Review my changes'), needs: refactors.reviewChanges },
      async ({ model, signal, report }) => {
        const files = await changesSinceHead(repository);
        const parts = await portions(files, Math.min(portionTokensMax, Math.floor(model.contextTokens / 3)), (texts) =>
          countTokens(texts, signal),
        );
        if (parts.length === 0) throw new Refusal(vscode.l10n.t('There are no changes to review.'));
        notes.clear('finding');
        const found: Finding[] = [];
        for (const [at, part] of parts.entries()) {
          report(vscode.l10n.t('{0} of {1}: {2}', at + 1, parts.length, part.map((file) => file.path).join(', ')));
          const said = await oneShot.run('ask', reviewMessages(part), {
            maxTokens: answerTokens,
            signal,
            responseFormat: { type: 'schema', schema: findingsSchema },
          });
          for (const finding of readFindings(said, part)) {
            found.push(finding);
            const uri = vscode.Uri.file(path.join(repository.rootUri.fsPath, finding.path));
            notes.add({
              uri,
              line: finding.line - 1,
              title: weightTitle(finding.weight),
              text: finding.text,
              kind: 'finding',
            });
          }
        }
        void tell(repository.rootUri, found);
      },
    );
  };
}

async function tell(root: vscode.Uri, found: readonly Finding[]): Promise<void> {
  const [first] = found;
  if (first === undefined)
    return void (await vscode.window.showInformationMessage(
      `Moonwright: ${vscode.l10n.t('The review found nothing.')}`,
    ));
  const uri = vscode.Uri.file(path.join(root.fsPath, first.path));
  const place = new vscode.Position(first.line - 1, 0);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(place, place) });
  await vscode.window.showInformationMessage(
    `Moonwright: ${found.length === 1 ? vscode.l10n.t('The review found 1 thing; it stands at its line.') : vscode.l10n.t('The review found {0} things; they stand at their lines.', found.length)}`,
  );
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
