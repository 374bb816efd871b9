import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { rewrite } from '../../rewrite/rewrite.ts';
import { definitionAround, targetOf } from '../../rewrite/rewrite-target.ts';
import { extractedCode, named, placeholderOf } from '../../rewrite/server-extract.ts';
import { nameMessages, readNames } from '../../rewrite/symbol-names.ts';
import type { RewritesParts } from './rewrites.ts';
import type { Running } from './runs.ts';
import { serverAction, type ServerAction } from '../documents/server-actions.ts';
import { activeText, applyPending, replacePart, textAt } from '../documents/documents.ts';

/** A function beside this one rather than within it, where both are offered. */
const serverKinds = {
  kind: 'refactor.extract.function',
  title: /function|method/i,
  better: /module scope|global scope|method in class/i,
};
const nameTokens = 60;

/** Extracts the selection into a function: by the language server where it can, with the model's name for it; else by the model. */
export class ExtractFunction {
  readonly #parts: RewritesParts;

  constructor(parts: RewritesParts) {
    this.#parts = parts;
  }

  readonly run = async (): Promise<void> => {
    const { editor, document } = activeText();
    const { selection } = editor;
    if (selection.isEmpty) throw new Refusal(vscode.l10n.t('Select the code that is to be a function.'));
    await this.#parts.runs.run(
      { title: vscode.l10n.t('Extract function'), needs: refactors.extractFunction, document },
      async (running) => {
        const action =
          (await serverAction(document, selection, serverKinds)) ??
          (await serverAction(document, expressionIn(document, selection), serverKinds));
        if (action === undefined) await this.#byModel(document, selection, running);
        else await this.#byServer(document, action, running);
      },
    );
  };

  /** The server's edit, with the model's name in its placeholder's place: right by construction. */
  async #byServer(document: vscode.TextDocument, action: ServerAction, running: Running): Promise<void> {
    const { oneShot, syntax, pending } = this.#parts;
    const changes = action.edit
      .entries()
      .flatMap(([uri, edits]) => edits.map((edit) => ({ uri, range: edit.range, text: edit.newText })));
    const placeholder = placeholderOf(changes);
    const name =
      placeholder === undefined
        ? undefined
        : await this.#name(oneShot, syntax, document, { placeholder, code: extractedCode(changes) }, running);
    const edit = new vscode.WorkspaceEdit();
    for (const { uri, range, text } of changes)
      edit.replace(uri, range, placeholder === undefined || name === undefined ? text : named(text, placeholder, name));
    if (running.signal.aborted) return;
    await applyPending(
      pending,
      edit,
      await Promise.all(action.edit.entries().map(([uri]) => vscode.workspace.openTextDocument(uri))),
    );
  }

  async #name(
    oneShot: OneShot,
    syntax: Syntax,
    document: vscode.TextDocument,
    { placeholder, code }: { readonly placeholder: string; readonly code: string },
    { model, signal }: Running,
  ): Promise<string | undefined> {
    const text = document.getText();
    const taken = new Set([...(await syntax.names(document.languageId, text, 0, text.length)), placeholder]);
    const said = await oneShot.run(
      'name',
      nameMessages({ kind: 'function', name: placeholder, code, language: document.languageId }, model.profile),
      { maxTokens: nameTokens, signal },
    );
    return readNames(said, taken)[0];
  }

  async #byModel(document: vscode.TextDocument, selection: vscode.Selection, { signal }: Running): Promise<void> {
    const { oneShot, syntax, pending, pathOf, surroundings } = this.#parts;
    const text = textAt(document, selection);
    const node = await definitionAround(syntax, text);
    if (node === undefined) throw new Refusal(vscode.l10n.t('Select code within a function.'));
    const target = targetOf(text.text, node);
    const replaced = await rewrite(
      { oneShot, syntax },
      {
        path: pathOf(document),
        language: document.languageId,
        text: text.text,
        target,
        instruction: `${refactors.extractFunction.instruction}:\n${document.getText(selection)}`,
        surroundings: () => surroundings(document, target),
      },
      signal,
    );
    if (!signal.aborted) await replacePart(pending, document, target, replaced);
  }
}

/** A selection without the spaces around it and the semicolon at its end: what servers take for an expression. */
function expressionIn(document: vscode.TextDocument, selection: vscode.Selection): vscode.Selection {
  const text = document.getText(selection);
  const start = document.offsetAt(selection.start) + text.length - text.trimStart().length;
  return new vscode.Selection(
    document.positionAt(start),
    document.positionAt(start + text.trim().replace(/\s*;$/, '').length),
  );
}
