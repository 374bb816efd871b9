import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { OneShot } from '../../agent/one-shot-request.ts';
import type { Syntax } from '../../workspace/syntax.ts';
import type { VsCodeFiles } from '../documents/files.ts';
import type { TextSearch } from '../../workspace/text-search.ts';
import { refactors } from '../../rewrite/refactor-table.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { definitionAround, selectedTarget, targetOf, type Target } from '../../rewrite/rewrite-target.ts';
import { isTestFile, testPlace, type TestPlace } from '../../rewrite/test-file.ts';
import type { RefactorRuns } from './runs.ts';
import { activeText, setText, type PendingChanges } from '../documents/documents.ts';
import { writeTests } from '../../rewrite/write-tests.ts';

export interface WriteTestsParts {
  readonly runs: RefactorRuns;
  readonly oneShot: OneShot;
  readonly syntax: Syntax;
  readonly pending: PendingChanges;
  readonly files: VsCodeFiles;
  readonly search: TextSearch;
}

/** Writes tests for what is selected, or the definition around the cursor, into the file where the project has them. */
export function writeTestsCommand(parts: WriteTestsParts): () => Promise<void> {
  const { runs, oneShot, syntax, pending, files, search } = parts;
  return async () => {
    const { document, text } = activeText();
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath;
    if (folder === undefined || document.uri.scheme !== 'file')
      throw new Refusal(vscode.l10n.t('Save the file into a folder of the workspace first: its tests need a place.'));
    await runs.run(
      { title: vscode.l10n.t('Write tests'), needs: refactors.writeTests, document },
      async ({ signal }) => {
        const node = await definitionAround(syntax, text);
        const target: Target | undefined =
          text.from === text.to && node !== undefined ? targetOf(text.text, node) : await selectedTarget(syntax, text);
        if (target === undefined)
          throw new Refusal(vscode.l10n.t('There is no code here: put the cursor into a function.'));
        const name = target.name ?? node?.name;
        const inside = (absolute: string): string => path.relative(folder, absolute).split(path.sep).join('/');
        const tests = (await files.files(folder, signal)).filter(isTestFile);
        const using =
          name === undefined
            ? []
            : (await search.search({ text: name, regex: false, word: true }, [folder], signal)).hits
                .map((hit) => inside(hit.path))
                .filter(isTestFile);
        const place = testPlace(inside(document.uri.fsPath), { tests, using: [...new Set(using)] });
        const read = async (file: string): Promise<string> => {
          const found = await files.read(path.join(folder, file));
          return found?.kind === 'text' ? found.text : '';
        };
        const written = await writeTests(
          { oneShot, syntax },
          {
            source: inside(document.uri.fsPath),
            language: document.languageId,
            code: target.text,
            name,
            imports: syntax.knows(document.languageId)
              ? (await syntax.imports(document.languageId, text.text)).map((part) => part.text)
              : [],
            place,
            existing: place.exists ? await read(place.path) : '',
            example: place.example === undefined ? undefined : { path: place.example, text: await read(place.example) },
            runner: await runnerOf(folder),
          },
          signal,
        );
        if (!signal.aborted) await put(pending, path.join(folder, place.path), place, written);
      },
    );
  };
}

async function put(pending: PendingChanges, absolute: string, { exists }: TestPlace, text: string): Promise<void> {
  const uri = vscode.Uri.file(absolute);
  if (exists) await setText(pending, await vscode.workspace.openTextDocument(uri), text);
  else {
    pending.begin(uri.toString(), undefined, 'refactor');
    try {
      const edit = new vscode.WorkspaceEdit();
      edit.createFile(uri, { overwrite: false, contents: Buffer.from(text) });
      if (!(await vscode.workspace.applyEdit(edit)))
        throw new Refusal(vscode.l10n.t('The editor could not create {0}.', absolute));
    } finally {
      await pending.end(uri.toString());
    }
  }
  await vscode.window.showTextDocument(uri, { preview: false });
}

/** What `npm test` runs, where the project is one of npm's. */
async function runnerOf(folder: string): Promise<string | undefined> {
  try {
    const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
      readonly scripts?: { readonly test?: unknown };
    };
    return typeof manifest.scripts?.test === 'string' ? `\`${manifest.scripts.test}\`` : undefined;
  } catch (thrown) {
    if (thrown instanceof Error) return undefined; // no package.json, or none that can be read: the example says enough
    throw thrown;
  }
}
