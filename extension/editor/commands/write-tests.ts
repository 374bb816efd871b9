import path from 'node:path';
import * as vscode from 'vscode';
import { textIfThere } from '../../edits/disk-files.ts';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import type { Rewriter } from '../../rewrite/rewrite-loop.ts';
import { definitionAround, selectedTarget, targetOf, type EditorText } from '../../rewrite/rewrite-target.ts';
import { isTestFile, testPlace } from '../../rewrite/test-file.ts';
import { writeTests, type TestOrder } from '../../rewrite/test-writer.ts';
import { isRecord } from '../../workspace/is-record.ts';
import type { TextSearch } from '../../workspace/text-search.ts';
import { activeText } from '../documents/active-editor.ts';
import { leadsAway } from '../documents/file-place-check.ts';
import type { EditorFiles } from '../documents/files.ts';
import { createPending, setText, type PendingChanges } from '../documents/pending-changes.ts';
import type { RefactorRuns } from './runs.ts';

/** Writes tests for the selection, or the definition around the cursor, into the project's test file for it. */
export class WriteTests {
  readonly #runs: RefactorRuns;
  readonly #rewriter: Rewriter;
  readonly #pending: PendingChanges;
  readonly #files: EditorFiles;
  readonly #search: TextSearch;

  constructor(runs: RefactorRuns, rewriter: Rewriter, pending: PendingChanges, files: EditorFiles, search: TextSearch) {
    this.#runs = runs;
    this.#rewriter = rewriter;
    this.#pending = pending;
    this.#files = files;
    this.#search = search;
  }

  readonly run = async (): Promise<void> => {
    const { document, text } = activeText();
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath;
    if (folder === undefined || document.uri.scheme !== 'file')
      throw new Refusal(vscode.l10n.t('Save the file in a workspace folder first, so that its tests have a place.'));
    const title = vscode.l10n.t('Write tests');
    await this.#runs.run({ title, needs: refactors.writeTests, document }, async ({ signal }) => {
      const order = await this.#order(folder, document.uri.fsPath, text, signal);
      const file = path.join(folder, order.place.path);
      // Not the file that the user looks at: it is judged for itself, and again when the answer has come.
      await this.#mayWrite(file);
      const written = await writeTests(this.#rewriter, order, signal);
      if (signal.aborted) return;
      await this.#mayWrite(file);
      await this.#put(file, order.place.exists, written);
    });
  };

  async #order(folder: string, file: string, text: EditorText, signal: AbortSignal): Promise<TestOrder> {
    const { syntax } = this.#rewriter;
    const node = await definitionAround(syntax, text);
    const target =
      text.from === text.to && node !== undefined ? targetOf(text.text, node) : await selectedTarget(syntax, text);
    if (target === undefined)
      throw new Refusal(vscode.l10n.t('There is no code here. Put the cursor into a function.'));
    const name = target.name ?? node?.name;
    const inside = (absolute: string): string => path.relative(folder, absolute).split(path.sep).join('/');
    const source = inside(file);
    const tests = (await this.#files.files(folder, signal)).filter(isTestFile);
    const using = name === undefined ? [] : (await this.#usersOf(name, folder, signal)).map(inside);
    const place = testPlace(source, { tests, using: [...new Set(using.filter(isTestFile))] });
    const read = async (inFolder: string): Promise<string> => {
      const found = await this.#files.read(path.join(folder, inFolder));
      return found?.kind === 'text' ? found.text : '';
    };
    const imports = syntax.knows(text.language) ? await syntax.imports(text.language, text.text) : [];
    return {
      source,
      language: text.language,
      code: target.text,
      name,
      imports: imports.map((part) => part.text),
      place,
      existing: place.exists ? await read(place.path) : '',
      example: place.example === undefined ? undefined : { path: place.example, text: await read(place.example) },
      runner: await runnerOf(folder),
    };
  }

  async #usersOf(name: string, folder: string, signal: AbortSignal): Promise<string[]> {
    const { hits } = await this.#search.search({ text: name, regex: false, word: true }, [folder], signal);
    return hits.map((hit) => hit.path);
  }

  async #mayWrite(absolute: string): Promise<void> {
    await this.#runs.mayEdit(vscode.Uri.file(absolute));
    if (await leadsAway(absolute))
      throw new Refusal(vscode.l10n.t('{0} leads to another file. Nothing was changed.', absolute));
  }

  async #put(absolute: string, exists: boolean, text: string): Promise<void> {
    const uri = vscode.Uri.file(absolute);
    if (exists) await setText(this.#pending, await vscode.workspace.openTextDocument(uri), text);
    else await createPending(this.#pending, uri, text);
    await vscode.window.showTextDocument(uri, { preview: false });
  }
}

/** The command that `npm test` runs; undefined if the folder has no package.json with a test script. */
async function runnerOf(folder: string): Promise<string | undefined> {
  const manifest = await textIfThere(path.join(folder, 'package.json'));
  const parsed = manifest === undefined ? undefined : parsedJson(manifest);
  const scripts = isRecord(parsed) ? parsed['scripts'] : undefined;
  const test = isRecord(scripts) ? scripts['test'] : undefined;
  return typeof test === 'string' ? `\`${test}\`` : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined; // the example says enough
    throw thrown;
  }
}
