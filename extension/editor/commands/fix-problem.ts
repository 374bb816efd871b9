import * as vscode from 'vscode';
import { fixProblems, type FixResult } from '../../rewrite/fix-problems.ts';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { definitionAround, selectedTarget, targetOf } from '../../rewrite/rewrite-target.ts';
import { newProblems, type Problem, type Problems } from '../../workspace/problem.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import { activeText, textAt } from '../documents/active-editor.ts';
import { setText, type PendingChanges } from '../documents/pending-changes.ts';
import { showMessage } from '../model-text/messages.ts';
import { nativeText } from '../model-text/native-text.ts';
import type { PartRewriter } from './part-rewriter.ts';
import type { RefactorRuns } from './runs.ts';

/** Position and message of a problem. */
interface PlacedProblem {
  readonly range: vscode.Range;
  readonly message: string;
}

/** The commands that fix problems: one, all of a file, and the findings of a code review. */
export class ProblemFixes {
  readonly #runs: RefactorRuns;
  readonly #parts: PartRewriter;
  readonly #syntax: Syntax;
  readonly #pending: PendingChanges;
  readonly #problems: Problems;

  constructor(runs: RefactorRuns, parts: PartRewriter, syntax: Syntax, pending: PendingChanges, problems: Problems) {
    this.#runs = runs;
    this.#parts = parts;
    this.#syntax = syntax;
    this.#pending = pending;
    this.#problems = problems;
  }

  /** Fixes the named problem, or the one at the cursor. */
  readonly fixProblem = async (uri?: vscode.Uri, named?: PlacedProblem): Promise<void> => {
    const document = uri === undefined ? activeText().document : await vscode.workspace.openTextDocument(uri);
    const problem = named ?? (await problemAtCursor());
    if (problem === undefined) return;
    const title = vscode.l10n.t('Fix problem');
    await this.#runs.run({ title, needs: refactors.fixProblem, document }, async ({ signal }) => {
      const [text, before] = [document.getText(), await this.#problemsOf(document)];
      await this.#fix(document, problem, signal);
      const [fixed, after] = [document.getText(), await this.#problemsOf(document)];
      if (before.length === 0 || after.length < before.length) return;
      void this.#offerUndo(document, text, fixed, newProblems(before, after)[0]?.message);
    });
  };

  /** Rewrites the code at a finding of a code review; true if that was done. */
  readonly fixFinding = async ({ uri, range }: vscode.CommentThread, message: string): Promise<boolean> => {
    const document = await vscode.workspace.openTextDocument(uri);
    const done = await this.#runs.run(
      { title: vscode.l10n.t('Fix problem'), needs: refactors.reviewChanges, document },
      async ({ signal }) => {
        await this.#fix(document, { range: lineRange(document, (range?.start.line ?? 0) + 1), message }, signal);
        return true;
      },
    );
    return done === true;
  };

  readonly fixAllProblems = async (): Promise<void> => {
    const { document } = activeText();
    const title = vscode.l10n.t('Fix all problems');
    await this.#runs.run({ title, needs: refactors.fixAllProblems, document }, async ({ signal, report }) => {
      const result = await fixProblems(
        {
          problems: () => this.#problemsOf(document),
          fix: async ({ line, message }) => {
            const before = document.getText();
            await this.#fix(document, { range: lineRange(document, line), message }, signal);
            return () => setText(this.#pending, document, before);
          },
        },
        ({ message }, left) => report(vscode.l10n.t('{0} left: {1}', left, message)),
        signal,
      );
      const text = resultText(result);
      if (result.left > 0 && result.stopped === 'stuck')
        throw new Refusal(result.reason === undefined ? text : `${text} ${result.reason}`, 'model');
      void showMessage('info', `Moonwright: ${text}`);
    });
  };

  /** Rewrites the function around the problem; without one the definition, or the lines. */
  async #fix(document: vscode.TextDocument, { range, message }: PlacedProblem, signal: AbortSignal): Promise<void> {
    const text = textAt(document, range);
    const node =
      (await definitionAround(this.#syntax, text, { callable: true })) ?? (await definitionAround(this.#syntax, text));
    const target =
      node === undefined ? await selectedTarget(this.#syntax, { ...text, to: text.from }) : targetOf(text.text, node);
    if (target === undefined) throw new Refusal(vscode.l10n.t('There is no code at this problem.'));
    const instruction = `${refactors.fixProblem.instruction}${message}`;
    await this.#parts.rewritePart(document, target, { instruction }, signal);
  }

  async #problemsOf(document: vscode.TextDocument): Promise<readonly Problem[]> {
    return document.uri.scheme === 'file' ? this.#problems.of(document.uri.fsPath) : [];
  }

  /** The fix did not help: offers to undo it, unless the document has changed since. */
  async #offerUndo(
    document: vscode.TextDocument,
    before: string,
    after: string,
    brought: string | undefined,
  ): Promise<void> {
    const undo = vscode.l10n.t('Undo the change');
    const sentence =
      brought === undefined
        ? vscode.l10n.t('The problem is still there.')
        : vscode.l10n.t('The change caused a new problem: {0}', brought);
    const answer = await showMessage('warning', `Moonwright: ${sentence}`, undo);
    if (answer === undo && document.getText() === after) await setText(this.#pending, document, before);
  }
}

/** Asks the user if there are several. Throws Refusal if there is none. */
async function problemAtCursor(): Promise<PlacedProblem | undefined> {
  const { editor, document } = activeText();
  const { selection } = editor;
  const all = vscode.languages.getDiagnostics(document.uri);
  const here = all.filter(({ range }) => range.intersection(selection) !== undefined);
  const sameLines = all.filter(
    ({ range }) => range.start.line <= selection.end.line && range.end.line >= selection.start.line,
  );
  const near = here.length > 0 ? here : sameLines;
  if (near.length === 0) throw new Refusal(vscode.l10n.t('There is no problem at the cursor.'));
  if (near.length === 1) return near[0];
  return vscode.window.showQuickPick(
    near.map(({ range, message }) => ({ label: nativeText(message), range, message })),
    { title: vscode.l10n.t('Fix problem') },
  );
}

function resultText({ fixed, left }: FixResult): string {
  if (left > 0) return vscode.l10n.t('Fixed {0} problems, {1} are left.', fixed, left);
  if (fixed === 0) return vscode.l10n.t('There are no problems in this file.');
  return vscode.l10n.t('Fixed all {0} problems.', fixed);
}

/** A line, counted from 1, without its indentation. */
function lineRange(document: vscode.TextDocument, line: number): vscode.Range {
  const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(Math.min(line, document.lineCount) - 1);
  return range.with(range.start.with({ character: firstNonWhitespaceCharacterIndex }));
}
