import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { Refusal } from '../../rewrite/refusal.ts';
import { filesOf, withMentions, type Mention, type RenamePlan, type Replacement } from '../../rewrite/rename-plan.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import type { TextHit } from '../../workspace/text-search.ts';
import { activeText } from '../documents/active-editor.ts';
import { applyEdit } from '../documents/document-writer.ts';
import { applyPending, type PendingChanges } from '../documents/pending-changes.ts';
import { chooseName } from './name-pick.ts';
import { previewedEdit, type ChangePreview } from './preview.ts';
import { suggestedNames, symbolAt, type RenamedSymbol } from './renamed-symbol.ts';
import type { RefactorRuns } from './runs.ts';

/** Finds the lines that hold a name as a word, in all folders of the workspace. */
export type NameSearch = (name: string, signal: AbortSignal) => Promise<readonly TextHit[]>;

/** A language server that is still loading the project renames in one file only: it is asked again for this long. */
const patience = { most: 6000, pause: 500 };

/** Renames a symbol to a name that the model suggests, with the language server. Changes elsewhere are shown first. */
export class RenameMeaning {
  readonly #runs: RefactorRuns;
  readonly #rewriter: Rewriter;
  readonly #pending: PendingChanges;
  readonly #preview: ChangePreview;
  readonly #search: NameSearch;

  constructor(
    runs: RefactorRuns,
    rewriter: Rewriter,
    pending: PendingChanges,
    preview: ChangePreview,
    search: NameSearch,
  ) {
    this.#runs = runs;
    this.#rewriter = rewriter;
    this.#pending = pending;
    this.#preview = preview;
    this.#search = search;
  }

  readonly run = async (): Promise<void> => {
    const { document, editor } = activeText();
    if (document.uri.scheme !== 'file')
      throw new Refusal(vscode.l10n.t('Save the file first: only names in files can be changed.'));
    await this.#runs.mayEdit(document.uri);
    const word = document.getWordRangeAtPosition(editor.selection.active);
    if (word === undefined) throw new Refusal(vscode.l10n.t('There is no name at the cursor.'));
    const name = document.getText(word);
    // The box opens at once: the language server may take a while to find the definition.
    const found = symbolAt(this.#rewriter.syntax, document, word);
    const newName = await chooseName(name, async (signal) => suggestedNames(this.#rewriter, await found, signal));
    if (newName === undefined || newName === name) return void found.catch(() => undefined); // the box has shown it
    const symbol = await found;
    const title = vscode.l10n.t('Rename {0} to {1}', name, newName);
    // The rest is the language server's work, so it runs with any model.
    const plan = await this.#runs.withoutModel(title, (signal) => this.#plan(symbol, newName, signal));
    if (plan !== undefined) await this.#apply(title, plan);
  };

  async #plan({ name, at }: RenamedSymbol, newName: string, signal: AbortSignal): Promise<RenamePlan> {
    const home = await vscode.workspace.openTextDocument(at.uri);
    const mentions = await this.#mentions(name, signal);
    let sure = await renameEdits(home, at.range.start, newName);
    // Other files mention the name and would not change: the server may not have read them yet.
    const most = mentions.some((mention) => mention.path !== at.uri.fsPath) ? patience.most : 0;
    for (let waited = 0; filesOf(sure).length === 1 && waited < most && !signal.aborted; waited += patience.pause) {
      await delay(patience.pause);
      sure = await renameEdits(home, at.range.start, newName);
    }
    if (sure.length === 0) throw new Refusal(vscode.l10n.t('No language server can rename {0}.', name));
    const files = filesOf(sure);
    for (const file of files) await this.#runs.mayEdit(vscode.Uri.file(file));
    // A name that is used in one file only means something else in others.
    const related = files.length > 1 ? mentions : mentions.filter((mention) => files.includes(mention.path));
    const plan = withMentions(sure, related, name, newName);
    const changeable = await this.#runs.changeable(filesOf(plan.unsure));
    return { sure, unsure: plan.unsure.filter((replacement) => changeable.has(replacement.path)) };
  }

  async #mentions(name: string, signal: AbortSignal): Promise<Mention[]> {
    const hits = await this.#search(name, signal);
    return hits.map(({ path, line, text }) => ({ path, line: line - 1, text }));
  }

  /** Changes one file at once, as pending changes; several only after the user has seen them. */
  async #apply(title: string, { sure, unsure }: RenamePlan): Promise<void> {
    const edit = previewedEdit(sure, unsure);
    if (unsure.length > 0) return void (await applyEdit(edit, { refactoring: true }));
    const files = filesOf(sure);
    const documents = await openAll(files);
    if (files.length === 1) return applyPending(this.#pending, edit, documents);
    const proposed = documents.map((document) => ({
      uri: document.uri,
      exists: true,
      text: withReplacements(
        document,
        sure.filter((replacement) => replacement.path === document.uri.fsPath),
      ),
    }));
    const shown = documents.map((document) => document.getText());
    if (!(await this.#preview.confirm(title, proposed))) return;
    // Opened again, since VS Code closes documents that no editor shows.
    const now = await openAll(files);
    if (now.some((document, at) => document.getText() !== shown[at]))
      throw new Refusal(vscode.l10n.t('The code has changed meanwhile. Nothing was done: run the command again.'));
    await applyEdit(edit, { refactoring: true });
  }
}

function openAll(files: readonly string[]): Promise<vscode.TextDocument[]> {
  return Promise.all(files.map((file) => vscode.workspace.openTextDocument(file)));
}

async function renameEdits(
  document: vscode.TextDocument,
  place: vscode.Position,
  newName: string,
): Promise<Replacement[]> {
  try {
    const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit | undefined>(
      'vscode.executeDocumentRenameProvider',
      document.uri,
      place,
      newName,
    );
    return (edit?.entries() ?? []).flatMap(([uri, changes]) =>
      changes.map(({ range, newText }) => ({
        path: uri.fsPath,
        line: range.start.line,
        from: range.start.character,
        to: range.end.character,
        text: newText,
      })),
    );
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Refusal(vscode.l10n.t('The language server refused: {0}', reason));
  }
}

function withReplacements(document: vscode.TextDocument, replacements: readonly Replacement[]): string {
  const placed = replacements.map(({ line, from, to, text }) => ({
    start: document.offsetAt(new vscode.Position(line, from)),
    end: document.offsetAt(new vscode.Position(line, to)),
    text,
  }));
  return placed
    .sort((a, b) => b.start - a.start)
    .reduce((whole, { start, end, text }) => whole.slice(0, start) + text + whole.slice(end), document.getText());
}
