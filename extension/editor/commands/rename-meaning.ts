import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { definitionOf } from '../documents/rename.ts';
import type { OneShot } from '../../agent/one-shot-request.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import type { VsCodeFiles } from '../documents/files.ts';
import type { TextSearch } from '../../workspace/text-search.ts';
import { refactors, refusal } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { filesOf, withMentions, type Mention, type RenamePlan, type Replacement } from '../../rewrite/rename-plan.ts';
import { definitionAround } from '../../rewrite/rewrite-target.ts';
import { nameMessages, readNames } from '../../rewrite/symbol-names.ts';
import { chooseName } from './name-pick.ts';
import { previewedEdit, type ChangePreview } from './preview.ts';
import type { RefactorRuns } from './runs.ts';
import { activeText, applyPending, textAt, type PendingChanges } from '../documents/documents.ts';

export interface RenameMeaningParts {
  readonly runs: RefactorRuns;
  readonly oneShot: OneShot;
  readonly syntax: Syntax;
  readonly pending: PendingChanges;
  readonly preview: ChangePreview;
  readonly files: VsCodeFiles;
  readonly search: TextSearch;
}

/** What is renamed: where it is defined, and the code of that. */
interface Renamed {
  readonly name: string;
  readonly at: vscode.Location;
  readonly code: string;
  readonly kind: string;
  readonly language: string;
  /** Names that are used near it. */
  readonly taken: ReadonlySet<string>;
}

const nameTokens = 60;
/** A language server that still reads the project renames in one file only, and knows imports only: it is asked again for so long. */
const patience = { most: 6000, imports: 4000, pause: 500 };

/** Renames with a name that the model suggests, by the language server; what it touches elsewhere is shown first. */
export class RenameMeaning {
  readonly #parts: RenameMeaningParts;

  constructor(parts: RenameMeaningParts) {
    this.#parts = parts;
  }

  readonly run = async (): Promise<void> => {
    const { runs } = this.#parts;
    const { document, editor } = activeText();
    if (document.uri.scheme !== 'file')
      throw new Refusal(vscode.l10n.t('Save the file first: names are changed in files only.'));
    await runs.mayEdit(document.uri);
    const word = document.getWordRangeAtPosition(editor.selection.active);
    if (word === undefined) throw new Refusal(vscode.l10n.t('There is no name at the cursor.'));
    const name = document.getText(word);
    // The box opens at once; what the name stands for may take the language server a while.
    const found = this.#symbolAt(document, word);
    const newName = await chooseName(name, async (signal) => this.#suggestions(await found, signal));
    if (newName === undefined || newName === name) return void found.catch(() => undefined); // the box has said what went wrong
    const renamed = await found;
    const title = vscode.l10n.t('Rename {0} to {1}', name, newName);
    // The model has been asked already: this is the language server's work, and any model will do.
    const plan = await runs.withoutModel(title, (signal) => this.#plan(renamed, newName, signal));
    if (plan !== undefined) await this.#apply(title, plan);
  };

  async #symbolAt(document: vscode.TextDocument, here: vscode.Range): Promise<Renamed> {
    const name = document.getText(here);
    const { at, home } = await this.#definition(document, here.start);
    const word = home.getWordRangeAtPosition(at.range.start) ?? at.range;
    const text = textAt(home, word);
    const node = await definitionAround(this.#parts.syntax, text);
    const code =
      node === undefined
        ? home.lineAt(word.start.line).text.trim()
        : home.getText(new vscode.Range(home.positionAt(node.from), home.positionAt(node.to)));
    const taken = new Set(
      this.#parts.syntax.knows(home.languageId)
        ? await this.#parts.syntax.names(home.languageId, text.text, 0, text.text.length)
        : [],
    );
    // An import may have another name here than where it comes from: then that other name stays.
    const place =
      home.getText(word) === name ? new vscode.Location(at.uri, word) : new vscode.Location(document.uri, here);
    return {
      name,
      at: place,
      code,
      kind: node?.name === home.getText(word) ? node.kind : 'variable',
      language: home.languageId,
      taken: new Set([...taken, name]),
    };
  }

  /** Where the symbol is defined. A language server that still reads the project knows its import only. */
  async #definition(
    document: vscode.TextDocument,
    place: vscode.Position,
  ): Promise<{ readonly at: vscode.Location; readonly home: vscode.TextDocument }> {
    let at = new vscode.Location(document.uri, place);
    for (let waited = 0; ; waited += patience.pause) {
      at = await definitionOf({
        absolute: at.uri.fsPath,
        line: at.range.start.line,
        character: at.range.start.character,
      });
      const home = await vscode.workspace.openTextDocument(at.uri);
      const offset = home.offsetAt(at.range.start);
      const imports = this.#parts.syntax.knows(home.languageId)
        ? await this.#parts.syntax.imports(home.languageId, home.getText())
        : [];
      if (waited >= patience.imports || !imports.some(({ from, to }) => from <= offset && offset < to))
        return { at, home };
      await delay(patience.pause);
    }
  }

  /** A sentence instead of names: why there are none. */
  async #suggestions(
    { name, code, kind, language, taken }: Renamed,
    signal: AbortSignal,
  ): Promise<readonly string[] | string> {
    const { oneShot } = this.#parts;
    const model = await oneShot.facts(signal);
    const refused = refusal(
      { needs: kind === 'function' || kind === 'method' ? refactors.renameWithMeaning.needs : 'full', edits: true },
      model,
      language,
    );
    if (refused !== undefined) return refused;
    const said = await oneShot.run(
      'name',
      nameMessages({ kind: kind === 'method' ? 'function' : kind, name, code, language }, model.profile),
      { maxTokens: nameTokens, signal },
    );
    return readNames(said, taken);
  }

  async #plan({ name, at }: Renamed, newName: string, signal: AbortSignal): Promise<RenamePlan> {
    const home = await vscode.workspace.openTextDocument(at.uri);
    const mentions = await this.#mentions(name, signal);
    let sure = await renameEdits(home, at.range.start, newName);
    // The name stands in other files that would not change: perhaps they have not been read yet.
    const waits = mentions.some((mention) => mention.path !== at.uri.fsPath) ? patience.most : 0;
    for (let waited = 0; filesOf(sure).length === 1 && waited < waits && !signal.aborted; waited += patience.pause) {
      await delay(patience.pause);
      sure = await renameEdits(home, at.range.start, newName);
    }
    if (sure.length === 0) throw new Refusal(vscode.l10n.t('No language server can rename {0}.', name));
    for (const file of filesOf(sure)) await this.#parts.runs.mayEdit(vscode.Uri.file(file));
    // A name that is used in one file only means nothing elsewhere.
    const files = filesOf(sure);
    const plan = withMentions(
      sure,
      files.length > 1 ? mentions : mentions.filter((mention) => files.includes(mention.path)),
      name,
      newName,
    );
    const changeable = await this.#parts.runs.changeable(filesOf(plan.unsure));
    return { sure, unsure: plan.unsure.filter((replacement) => changeable.has(replacement.path)) };
  }

  async #mentions(name: string, signal: AbortSignal): Promise<Mention[]> {
    const { hits } = await this.#parts.search.search(
      { text: name, regex: false, word: true },
      this.#parts.files.folders.map((folder) => folder.path),
      signal,
    );
    return hits.map(({ path, line, text }) => ({ path, line: line - 1, text }));
  }

  /** One file at once, its changes pending; several after they were shown. */
  async #apply(title: string, { sure, unsure }: RenamePlan): Promise<void> {
    const { pending, preview } = this.#parts;
    const files = filesOf([...sure, ...unsure]);
    const edit = previewedEdit(sure, unsure);
    if (files.length === 1 && unsure.length === 0)
      return applyPending(
        pending,
        edit,
        await Promise.all(files.map((file) => vscode.workspace.openTextDocument(file))),
      );
    if (unsure.length > 0) return void (await vscode.workspace.applyEdit(edit, { isRefactoring: true }));
    const documents = await Promise.all(files.map((file) => vscode.workspace.openTextDocument(file)));
    const proposed = documents.map((document) => ({
      uri: document.uri,
      exists: true,
      text: withReplacements(
        document,
        sure.filter((replacement) => replacement.path === document.uri.fsPath),
      ),
    }));
    const shown = documents.map((document) => document.getText());
    if (!(await preview.confirm(title, proposed))) return;
    // Opened anew: the editor closes documents that nobody shows.
    const now = await Promise.all(files.map((file) => vscode.workspace.openTextDocument(file)));
    if (now.some((document, at) => document.getText() !== shown[at]))
      throw new Refusal(vscode.l10n.t('The code was changed meanwhile. Nothing was done: run the command again.'));
    await vscode.workspace.applyEdit(edit, { isRefactoring: true });
  }
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
    throw new Refusal(
      vscode.l10n.t('The language server refused: {0}', thrown instanceof Error ? thrown.message : String(thrown)),
    );
  }
}

function withReplacements(document: vscode.TextDocument, replacements: readonly Replacement[]): string {
  const text = document.getText();
  const placed = replacements.map(({ line, from, to, text: piece }) => ({
    start: document.offsetAt(new vscode.Position(line, from)),
    end: document.offsetAt(new vscode.Position(line, to)),
    piece,
  }));
  return placed
    .sort((a, b) => b.start - a.start)
    .reduce((whole, { start, end, piece }) => whole.slice(0, start) + piece + whole.slice(end), text);
}
