import * as vscode from 'vscode';
import { conversionNames, type ModelNow } from '../../rewrite/refactor-table.ts';
import type { IsHidden } from '../../permission/hidden-files.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import type { Problems } from '../../workspace/problem.ts';
import type { TextSearch } from '../../workspace/text-search.ts';
import type { CodeContext } from '../documents/code-context.ts';
import type { EditorFiles } from '../documents/files.ts';
import type { PendingChanges } from '../documents/pending-changes.ts';
import { RefactorActions } from './code-actions.ts';
import { reviewCommand, type CountTokens } from './code-review.ts';
import { commitMessageCommand } from './commit-message.ts';
import { Conversions } from './convert.ts';
import { explainCommand } from './explain.ts';
import { ExtractFunction } from './extract.ts';
import { ProblemFixes } from './fix-problem.ts';
import { Notes } from './notes.ts';
import { PartRewriter } from './part-rewriter.ts';
import { ChangePreview } from './preview.ts';
import { RenameMeaning, type NameSearch } from './rename-meaning.ts';
import { Rewrites } from './rewrites.ts';
import type { RefactorRuns } from './runs.ts';
import { WriteTests } from './write-tests.ts';

/** The rest of the extension that commands need. */
interface RefactorWorkspace {
  readonly context: CodeContext;
  readonly pending: PendingChanges;
  readonly problems: Problems;
  readonly files: EditorFiles;
  readonly search: TextSearch;
  readonly isHidden: IsHidden;
}

/** Registers the refactor commands, their code actions and their comments. */
export function registerRefactors(
  runs: RefactorRuns,
  rewriter: Rewriter,
  { context, pending, problems, files, search, isHidden }: RefactorWorkspace,
  countTokens: CountTokens,
  model: () => ModelNow,
): vscode.Disposable {
  const { oneShot, syntax } = rewriter;
  const notes = new Notes();
  const preview = new ChangePreview();
  const parts = new PartRewriter(runs, rewriter, context, pending);
  const rewrites = new Rewrites(parts);
  const fixes = new ProblemFixes(runs, parts, syntax, pending, problems);
  const tests = new WriteTests(runs, rewriter, pending, files, search);
  const conversions = new Conversions(runs, parts, pending);
  const extract = new ExtractFunction(runs, parts, rewriter, pending);
  const findName: NameSearch = async (name, signal) => {
    const folders = files.folders.map((folder) => folder.path);
    return (await search.search({ text: name, regex: false, word: true }, folders, signal)).hits;
  };
  const rename = new RenameMeaning(runs, rewriter, pending, preview, findName);
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
      new RefactorActions(model),
      RefactorActions.metadata,
    ),
    command('explain', explainCommand(runs, rewriter, context, notes)),
    command('fixProblem', (uri, range, message) =>
      uri instanceof vscode.Uri && range instanceof vscode.Range && typeof message === 'string'
        ? fixes.fixProblem(uri, { range, message })
        : fixes.fixProblem(),
    ),
    command('fixAllProblems', fixes.fixAllProblems),
    command('writeTests', tests.run),
    command('document', rewrites.document),
    command('simplify', rewrites.simplify),
    command('renameWithMeaning', rename.run),
    command('extractFunction', extract.run),
    command('convert', (name) => conversions.convert(conversionNames.find((known) => known === name))),
    command('implementStub', rewrites.implementStub),
    command('generateCommitMessage', commitMessageCommand(runs, oneShot, countTokens, isHidden)),
    command('reviewChanges', reviewCommand(runs, oneShot, { notes, countTokens, isHidden })),
    command('closeNote', (thread) => notes.close(thread as vscode.CommentThread)),
    command('closeNotes', () => notes.clear()),
    command('fixFinding', async (value) => {
      const thread = value as vscode.CommentThread;
      if (await fixes.fixFinding(thread, notes.textOf(thread))) notes.close(thread);
    }),
  );
}
