import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
import type { RewriteSurroundings } from '../../rewrite/rewrite-prompt.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import { newProblems, type Problem, type Problems } from '../../workspace/problem.ts';
import { documented, withCommentAbove } from '../../rewrite/doc-comment.ts';
import { fixProblems } from '../../rewrite/fix-problems.ts';
import {
  conversionNames,
  conversions,
  conversionTitle,
  refactors,
  type Conversion,
  type ConversionName,
} from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { rewrite, type RewriteOrder } from '../../rewrite/rewrite.ts';
import { definitionAround, selectedTarget, targetOf, type Target } from '../../rewrite/rewrite-target.ts';
import { isStub } from '../../rewrite/stub.ts';
import type { RefactorRuns, Running } from './runs.ts';
import { serverAction, applyServerAction } from '../documents/server-actions.ts';
import { activeText, replacePart, setText, textAt, type PendingChanges } from '../documents/documents.ts';

export interface RewritesParts {
  readonly runs: RefactorRuns;
  readonly oneShot: OneShot;
  readonly syntax: Syntax;
  readonly pending: PendingChanges;
  readonly problems: Problems;
  /** As the model shall read it. */
  readonly pathOf: (document: vscode.TextDocument) => string;
  /** What larger models are told of the code around a part. */
  readonly surroundings: (
    document: vscode.TextDocument,
    part: { readonly from: number; readonly to: number },
  ) => Promise<RewriteSurroundings>;
}

type Wanted = Pick<RewriteOrder, 'instruction' | 'demands' | 'compose'>;

/** The commands that write a part of a file anew. Owns nothing: what they change is pending until the user decides. */
export class Rewrites {
  readonly #parts: RewritesParts;

  constructor(parts: RewritesParts) {
    this.#parts = parts;
  }

  readonly document = async (): Promise<void> => {
    await this.#onSelection(vscode.l10n.t('Document'), refactors.document, (target, document) => {
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
    await this.#onSelection(vscode.l10n.t('Simplify'), refactors.simplify, (target) => ({
      target,
      instruction: refactors.simplify.instruction,
    }));
  };

  readonly implementStub = async (): Promise<void> => {
    await this.#onSelection(vscode.l10n.t('Implement stub'), refactors.implementStub, (target) => {
      if (!isStub(target.text))
        throw new Refusal(
          vscode.l10n.t('There is no stub here: put the cursor into a function whose body is still to be written.'),
        );
      return {
        target,
        instruction: refactors.implementStub.instruction,
        compose: (_, answer) => (isStub(answer) ? target.text : answer),
      };
    });
  };

  /** Without a name: asks which conversion. */
  readonly convert = async (name?: ConversionName): Promise<void> => {
    const { document } = activeText();
    const fitting = conversionNames.filter((candidate) => conversions[candidate].languages.test(document.languageId));
    if (fitting.length === 0) throw new Refusal(vscode.l10n.t('There is nothing to convert to in this language.'));
    const chosen =
      name ??
      (
        await vscode.window.showQuickPick(
          fitting.map((candidate) => ({ label: conversionTitle(candidate), name: candidate })),
          { title: vscode.l10n.t('Convert to…') },
        )
      )?.name;
    if (chosen === undefined) return;
    const conversion: Conversion = conversions[chosen];
    if (await this.#convertByServer(conversion)) return;
    await this.#onSelection(conversionTitle(chosen), conversion, (target) => {
      if (chosen === 'arrow' && /\b(this|arguments|super|new\.target|yield)\b/.test(target.text))
        throw new Refusal(
          vscode.l10n.t('As an arrow function this code would mean something else: it uses its own this or arguments.'),
        );
      return {
        target,
        instruction: conversion.instruction,
        demands: conversion.needs === 'compact' ? { sameNames: true } : { otherDefinitions: true },
      };
    });
  };

  /** Without arguments: the problem at the cursor. */
  readonly fixProblem = async (uri?: vscode.Uri, range?: vscode.Range, message?: string): Promise<void> => {
    const document = uri === undefined ? activeText().document : await vscode.workspace.openTextDocument(uri);
    const found =
      range !== undefined && message !== undefined ? { range, message } : await this.#problemAtCursor(document);
    if (found === undefined) return;
    await this.#parts.runs.run(
      { title: vscode.l10n.t('Fix problem'), needs: refactors.fixProblem, document },
      async (running) => {
        const [text, before] = [document.getText(), await this.#problemsOf(document)];
        await this.#fix(document, found.range, found.message, running);
        const [fixed, after] = [document.getText(), await this.#problemsOf(document)];
        const brought = newProblems(before, after);
        if (after.length >= before.length && before.length > 0)
          void this.#didNotHelp(document, text, fixed, brought[0]?.message);
      },
    );
  };

  /** Rewrites the code at a finding of a review; whether it was done. */
  readonly fixFinding = async ({ uri, range, comments }: vscode.CommentThread): Promise<boolean> => {
    const document = await vscode.workspace.openTextDocument(uri);
    const [comment] = comments;
    const text = comment === undefined ? '' : typeof comment.body === 'string' ? comment.body : comment.body.value;
    const done = await this.#parts.runs.run(
      { title: vscode.l10n.t('Fix problem'), needs: refactors.reviewChanges, document },
      async (running) => {
        await this.#fix(document, lineRange(document, (range?.start.line ?? 0) + 1), text, running);
        return true;
      },
    );
    return done === true;
  };

  readonly fixAllProblems = async (): Promise<void> => {
    const { document } = activeText();
    await this.#parts.runs.run(
      { title: vscode.l10n.t('Fix all problems'), needs: refactors.fixAllProblems, document },
      async (running) => {
        const result = await fixProblems(
          {
            problems: () => this.#problemsOf(document),
            fix: async ({ line, message }) => {
              const before = document.getText();
              await this.#fix(document, lineRange(document, line), message, running);
              return () => setText(this.#parts.pending, document, before);
            },
          },
          ({ message }, left) => running.report(vscode.l10n.t('{0} left: {1}', left, message)),
          running.signal,
        );
        const text =
          result.left === 0
            ? result.fixed === 0
              ? vscode.l10n.t('There are no problems in this file.')
              : vscode.l10n.t('Fixed all {0} problems.', result.fixed)
            : vscode.l10n.t('Fixed {0} problems, {1} are left.', result.fixed, result.left);
        if (result.left > 0 && result.stopped === 'stuck')
          throw new Refusal(result.reason === undefined ? text : `${text} ${result.reason}`, 'model');
        void vscode.window.showInformationMessage(`Moonwright: ${text}`);
      },
    );
  };

  /** Rewrites what is selected, or the definition around the cursor. */
  async #onSelection(
    title: string,
    needs: (typeof refactors)['document' | 'simplify' | 'implementStub'] | Conversion,
    order: (target: Target, document: vscode.TextDocument) => Wanted & { readonly target: Target },
  ): Promise<void> {
    const { document, text } = activeText();
    await this.#parts.runs.run({ title, needs, document }, async (running) => {
      const found = await selectedTarget(this.#parts.syntax, text);
      if (found === undefined)
        throw new Refusal(vscode.l10n.t('There is no code here: put the cursor into a function.'));
      const { target, ...wanted } = order(found, document);
      await this.#rewrite(document, target, wanted, running);
    });
  }

  async #rewrite(document: vscode.TextDocument, target: Target, wanted: Wanted, { signal }: Running): Promise<void> {
    const { oneShot, syntax, pathOf, surroundings, pending } = this.#parts;
    const text = await rewrite(
      { oneShot, syntax },
      {
        path: pathOf(document),
        language: document.languageId,
        text: document.getText(),
        target,
        surroundings: () => surroundings(document, target),
        ...wanted,
      },
      signal,
    );
    if (signal.aborted) return;
    await replacePart(pending, document, target, text);
  }

  /** The definition around the problem is written anew. */
  async #fix(document: vscode.TextDocument, range: vscode.Range, message: string, running: Running): Promise<void> {
    const text = textAt(document, range);
    const node =
      (await definitionAround(this.#parts.syntax, text, { callable: true })) ??
      (await definitionAround(this.#parts.syntax, text));
    const target =
      node === undefined
        ? await selectedTarget(this.#parts.syntax, { ...text, to: text.from })
        : targetOf(text.text, node);
    if (target === undefined) throw new Refusal(vscode.l10n.t('There is no code at this problem.'));
    await this.#rewrite(document, target, { instruction: `${refactors.fixProblem.instruction}${message}` }, running);
  }

  async #problemAtCursor(
    document: vscode.TextDocument,
  ): Promise<{ readonly range: vscode.Range; readonly message: string } | undefined> {
    const { editor } = activeText();
    const all = vscode.languages.getDiagnostics(document.uri);
    const here = all.filter(({ range }) => range.intersection(editor.selection) !== undefined);
    const near =
      here.length > 0
        ? here
        : all.filter(
            ({ range }) =>
              range.start.line <= editor.selection.end.line && range.end.line >= editor.selection.start.line,
          );
    if (near.length === 0) throw new Refusal(vscode.l10n.t('There is no problem at the cursor.'));
    if (near.length === 1) return near[0];
    const chosen = await vscode.window.showQuickPick(
      near.map(({ range, message }) => ({ label: message, range, message })),
      { title: vscode.l10n.t('Fix problem') },
    );
    return chosen;
  }

  async #problemsOf(document: vscode.TextDocument): Promise<readonly Problem[]> {
    return document.uri.scheme === 'file' ? this.#parts.problems.of(document.uri.fsPath) : [];
  }

  async #didNotHelp(
    document: vscode.TextDocument,
    before: string,
    after: string,
    brought: string | undefined,
  ): Promise<void> {
    const undo = vscode.l10n.t('Undo the change');
    const sentence =
      brought === undefined
        ? vscode.l10n.t('The problem is still there.')
        : vscode.l10n.t('The change brought a new problem: {0}', brought);
    const answer = await vscode.window.showWarningMessage(`Moonwright: ${sentence}`, undo);
    if (answer === undo && document.getText() === after) await setText(this.#parts.pending, document, before);
  }

  /** True: the language server has an action for it, and it was made. */
  async #convertByServer(conversion: Conversion): Promise<boolean> {
    const { document, editor } = activeText();
    if (conversion.server === undefined) return false;
    await this.#parts.runs.mayEdit(document.uri);
    const action = await serverAction(document, editor.selection, conversion.server);
    if (action === undefined) return false;
    await applyServerAction(this.#parts.pending, action);
    return true;
  }
}

/** A line from 1, without its indentation. */
function lineRange(document: vscode.TextDocument, line: number): vscode.Range {
  const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(Math.min(line, document.lineCount) - 1);
  return range.with(range.start.with({ character: firstNonWhitespaceCharacterIndex }));
}
