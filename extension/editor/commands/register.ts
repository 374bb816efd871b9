import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import type { Problems } from '../../workspace/problem.ts';
import type { VsCodeFiles } from '../documents/files.ts';
import { gatherSurroundings, type DefinitionLookup } from '../../rewrite/gather-surroundings.ts';
import type { TextSearch } from '../../workspace/text-search.ts';
import { conversionNames } from '../../rewrite/refactor-table.ts';
import { RefactorActions } from './code-actions.ts';
import { commitMessageCommand } from './commit-message.ts';
import { explainCommand } from './explain.ts';
import { ExtractFunction } from './extract.ts';
import { Notes } from './notes.ts';
import { ChangePreview } from './preview.ts';
import { RenameMeaning } from './rename-meaning.ts';
import { reviewCommand } from './review-changes.ts';
import { Rewrites, type RewritesParts } from './rewrites.ts';
import { RefactorRuns, type EditPermission } from './runs.ts';
import { modelPath, problemsIn, type PendingChanges } from '../documents/documents.ts';
import { writeTestsCommand } from './write-tests.ts';

export interface RefactorInput {
  readonly oneShot: OneShot;
  readonly syntax: Syntax;
  readonly pending: PendingChanges;
  readonly problems: Problems;
  readonly files: VsCodeFiles;
  readonly search: TextSearch;
  readonly countTokens: (texts: readonly string[], signal: AbortSignal) => Promise<readonly number[]>;
  readonly lookup: DefinitionLookup;
  readonly permission: EditPermission;
  readonly log: (thrown: unknown) => void;
}

/** The refactor commands, their code actions and comments. */
export function registerRefactors(input: RefactorInput): vscode.Disposable {
  const { oneShot, syntax, pending, problems, files, search, countTokens, lookup, permission, log } = input;
  const runs = new RefactorRuns(oneShot, permission, log);
  const notes = new Notes();
  const preview = new ChangePreview();
  const pathOf = (document: vscode.TextDocument): string => modelPath(document, (absolute) => files.relative(absolute));
  const surroundings: RewritesParts['surroundings'] = (document, span) =>
    gatherSurroundings(
      syntax,
      lookup,
      {
        uri: document.uri.toString(),
        path: pathOf(document),
        language: document.languageId,
        text: document.getText(),
        span,
      },
      problemsIn(document, span),
    );
  const shared: RewritesParts = { runs, oneShot, syntax, pending, problems, pathOf, surroundings };
  const rewrites = new Rewrites(shared);
  const rename = new RenameMeaning({ runs, oneShot, syntax, pending, preview, files, search });
  const command = (name: string, run: (...args: unknown[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`moonwright.${name}`, async (...args: unknown[]) => {
      try {
        await run(...args);
      } catch (thrown) {
        await runs.tell(thrown);
      }
    });
  return vscode.Disposable.from(
    notes,
    preview,
    vscode.languages.registerCodeActionsProvider(
      [{ scheme: 'file' }, { scheme: 'untitled' }],
      new RefactorActions(),
      RefactorActions.metadata,
    ),
    command('explain', explainCommand(shared, notes)),
    command('fixProblem', (uri, range, message) =>
      uri instanceof vscode.Uri && range instanceof vscode.Range && typeof message === 'string'
        ? rewrites.fixProblem(uri, range, message)
        : rewrites.fixProblem(),
    ),
    command('fixAllProblems', rewrites.fixAllProblems),
    command('writeTests', writeTestsCommand({ runs, oneShot, syntax, pending, files, search })),
    command('document', rewrites.document),
    command('simplify', rewrites.simplify),
    command('renameWithMeaning', rename.run),
    command('extractFunction', new ExtractFunction(shared).run),
    command('convert', (name) => rewrites.convert(conversionNames.find((known) => known === name))),
    command('implementStub', rewrites.implementStub),
    command('generateCommitMessage', commitMessageCommand({ runs, oneShot, countTokens })),
    command('reviewChanges', reviewCommand({ runs, oneShot, notes, countTokens })),
    command('closeNote', (thread) => notes.close(thread as vscode.CommentThread)),
    command('closeNotes', () => notes.clear()),
    command('fixFinding', (thread) =>
      rewrites
        .fixFinding(thread as vscode.CommentThread)
        .then((fixed) => fixed && notes.close(thread as vscode.CommentThread)),
    ),
  );
}
