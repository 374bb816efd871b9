import * as vscode from 'vscode';
import {
  conversionNames,
  conversions,
  conversionTitle,
  type Conversion,
  type ConversionName,
} from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { activeText } from '../documents/active-editor.ts';
import type { PendingChanges } from '../documents/pending-changes.ts';
import { applyServerAction, serverAction } from '../documents/server-actions.ts';
import type { PartRewriter } from './part-rewriter.ts';
import type { RefactorRuns } from './runs.ts';

/** Converts the selection to another form: by the language server if it can, else by the model. */
export class Conversions {
  readonly #runs: RefactorRuns;
  readonly #parts: PartRewriter;
  readonly #pending: PendingChanges;

  constructor(runs: RefactorRuns, parts: PartRewriter, pending: PendingChanges) {
    this.#runs = runs;
    this.#parts = parts;
    this.#pending = pending;
  }

  /** Asks the user which conversion if `name` is undefined. */
  readonly convert = async (name?: ConversionName): Promise<void> => {
    const chosen = name ?? (await chooseConversion(activeText().document.languageId));
    if (chosen === undefined) return;
    const conversion: Conversion = conversions[chosen];
    if (await this.#convertByServer(conversion)) return;
    await this.#parts.rewriteSelection(conversionTitle(chosen), conversion, (target) => {
      if (chosen === 'arrow' && /\b(this|arguments|super|new\.target|yield)\b/.test(target.text))
        throw new Refusal(
          vscode.l10n.t('An arrow function would behave differently: this code uses its own this or arguments.'),
        );
      return {
        target,
        instruction: conversion.instruction,
        demands: conversion.needs === 'compact' ? { sameNames: true } : { otherDefinitions: true },
      };
    });
  };

  /** True if the language server has an action for it, which was applied. */
  async #convertByServer(conversion: Conversion): Promise<boolean> {
    const { document, editor } = activeText();
    if (conversion.server === undefined) return false;
    await this.#runs.mayEdit(document.uri);
    const action = await serverAction(document, editor.selection, conversion.server);
    if (action === undefined) return false;
    await applyServerAction(this.#pending, action);
    return true;
  }
}

async function chooseConversion(language: string): Promise<ConversionName | undefined> {
  const fitting = conversionNames.filter((candidate) => conversions[candidate].languages.test(language));
  if (fitting.length === 0) throw new Refusal(vscode.l10n.t('There are no conversions for this language.'));
  const items = fitting.map((candidate) => ({ label: conversionTitle(candidate), name: candidate }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Convert to…') }))?.name;
}
