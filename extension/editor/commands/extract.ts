import * as vscode from 'vscode';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import { definitionAround, targetOf } from '../../rewrite/rewrite-target.ts';
import { extractedCode, named, placeholderOf } from '../../rewrite/server-extract.ts';
import { nameMessages, readNames } from '../../rewrite/symbol-names.ts';
import { activeText, textAt } from '../documents/active-editor.ts';
import { rangeEdit } from '../documents/document-writer.ts';
import { applyPending, type PendingChanges } from '../documents/pending-changes.ts';
import { serverAction, type ServerAction } from '../documents/server-actions.ts';
import type { PartRewriter } from './part-rewriter.ts';
import type { RefactorRuns, Running } from './runs.ts';

/** Of several actions, one that puts the new function beside the current one, not inside it. */
const serverKinds = {
  kind: 'refactor.extract.function',
  title: /function|method/i,
  better: /module scope|global scope|method in class/i,
};
const nameTokens = 60;

/** Extracts the selection into a function: by the language server, with a name from the model, else by the model. */
export class ExtractFunction {
  readonly #runs: RefactorRuns;
  readonly #parts: PartRewriter;
  readonly #rewriter: Rewriter;
  readonly #pending: PendingChanges;

  constructor(runs: RefactorRuns, parts: PartRewriter, rewriter: Rewriter, pending: PendingChanges) {
    this.#runs = runs;
    this.#parts = parts;
    this.#rewriter = rewriter;
    this.#pending = pending;
  }

  readonly run = async (): Promise<void> => {
    const { editor, document } = activeText();
    const { selection } = editor;
    if (selection.isEmpty) throw new Refusal(vscode.l10n.t('Select the code to extract into a function.'));
    await this.#runs.run(
      { title: vscode.l10n.t('Extract function'), needs: refactors.extractFunction, document },
      async (running) => {
        const action =
          (await serverAction(document, selection, serverKinds)) ??
          (await serverAction(document, expressionIn(document, selection), serverKinds));
        if (action === undefined) await this.#byModel(document, selection, running.signal);
        else await this.#byServer(document, action, running);
      },
    );
  };

  /** Applies the server's edit with a name from the model in place of its placeholder. */
  async #byServer(document: vscode.TextDocument, action: ServerAction, running: Running): Promise<void> {
    const entries = action.edit.entries();
    const changes = entries.flatMap(([uri, edits]) =>
      edits.map(({ range, newText }) => ({ uri, range, text: newText })),
    );
    const placeholder = placeholderOf(changes);
    const name = placeholder && (await this.#name(document, placeholder, extractedCode(changes), running));
    if (running.signal.aborted) return;
    const edit = rangeEdit(
      placeholder === undefined || name === undefined
        ? changes
        : changes.map((change) => ({ ...change, text: named(change.text, placeholder, name) })),
    );
    const documents = await Promise.all(entries.map(([uri]) => vscode.workspace.openTextDocument(uri)));
    await applyPending(this.#pending, edit, documents);
  }

  async #name(
    document: vscode.TextDocument,
    placeholder: string,
    code: string,
    { model, signal }: Running,
  ): Promise<string | undefined> {
    const { oneShot, syntax } = this.#rewriter;
    const text = document.getText();
    const language = document.languageId;
    const taken = new Set([...(await syntax.names(language, text, 0, text.length)), placeholder]);
    const messages = nameMessages({ kind: 'function', name: placeholder, code, language }, model.profile);
    return readNames(await oneShot.run('name', messages, { maxTokens: nameTokens, signal }), taken)[0];
  }

  async #byModel(document: vscode.TextDocument, selection: vscode.Selection, signal: AbortSignal): Promise<void> {
    const text = textAt(document, selection);
    const node = await definitionAround(this.#rewriter.syntax, text);
    if (node === undefined) throw new Refusal(vscode.l10n.t('Select code within a function.'));
    const instruction = `${refactors.extractFunction.instruction}:\n${document.getText(selection)}`;
    await this.#parts.rewritePart(document, targetOf(text.text, node), { instruction }, signal);
  }
}

/** The selection without outer white space and the final semicolon: servers want a bare expression. */
function expressionIn(document: vscode.TextDocument, selection: vscode.Selection): vscode.Selection {
  const text = document.getText(selection);
  const start = document.offsetAt(selection.start) + text.length - text.trimStart().length;
  return new vscode.Selection(
    document.positionAt(start),
    document.positionAt(start + text.trim().replace(/\s*;$/, '').length),
  );
}
