// Runs inside the extension host of a real VS Code: the index with its packaged thread, and the calls that
// TypeScript's server reports.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { WatchedIndex } from '../../../extension/editor/documents/index-watch.ts';
import { EditorFiles } from '../../../extension/editor/documents/files.ts';
import { languageServerSymbols } from '../../../extension/editor/documents/symbols.ts';
import { firstExisting, ripgrepCandidates } from '../../../extension/tools/search/ripgrep-location.ts';

const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
const at = (name: string): string => path.join(folder, name);
const files = new EditorFiles(() => firstExisting(ripgrepCandidates(vscode.env.appRoot, [])));
const storage = mkdtempSync(path.join(tmpdir(), 'moonwright-index-'));
const lines: string[] = [];
const log = {
  info: (line: string) => lines.push(line),
  error: (line: unknown) => lines.push(String(line)),
} as unknown as vscode.LogOutputChannel;
const dist = readFileSync(at('.dist'), 'utf8');
const memory: vscode.Memento = { keys: () => [], get: () => undefined, update: async () => undefined };
const open = (): WatchedIndex => new WatchedIndex({ dist, storage, files, log, memory });
let sources: WatchedIndex | undefined;
const index = () => (sources ??= open()).index;

function write(name: string, text: string): void {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
}

const names = (name: string): readonly string[] | undefined =>
  index()
    .file(at(name))
    ?.definitions.map((definition) => definition.name);

async function until(ready: () => boolean, what: string): Promise<void> {
  const end = Date.now() + 10_000;
  while (!ready()) {
    assert.ok(
      Date.now() < end,
      `${what}; tool.py: ${names('src/tool.py')?.join(' ')}; indexed: ${index()
        .files()
        .map((file) => path.basename(file.path))
        .join(' ')}; ${lines.join(' / ')}`,
    );
    await delay(20);
  }
}

export const checks: Readonly<Record<string, () => Promise<void>>> = {
  async 'the workspace is read, without what its ignore files and the settings hide'() {
    write('.gitignore', 'built/\n');
    write('built/out.js', 'export function hidden() {}\n');
    write('src/tool.py', '# Runs.\ndef run(what): pass\n');
    await index().ready();
    await until(() => names('src/tool.py') !== undefined, 'tool.py is read');
    assert.deepEqual(index().definitionsOf('hidden'), []);
    assert.equal(index().definitionsOf('run')[0]?.definition.doc, 'Runs.');
    assert.match(lines.join('\n'), /source files indexed in/);
  },

  async 'unsaved text counts at once, and the file again when it is put back'() {
    await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Global);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(at('src/tool.py')));
    await vscode.window.showTextDocument(document);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), 'def größer(): pass\n');
    await vscode.workspace.applyEdit(edit);
    await until(() => names('src/tool.py')?.includes('größer') === true, 'unsaved text is read');
    assert.equal(document.isDirty, true);
    const again = new vscode.WorkspaceEdit();
    again.replace(document.uri, new vscode.Range(0, 4, 0, 10), 'kleiner');
    again.insert(document.uri, new vscode.Position(document.lineCount, 0), 'def last(): pass\n');
    await vscode.workspace.applyEdit(again);
    await until(() => names('src/tool.py')?.join(' ') === 'kleiner run last', 'later changes are read');
    assert.equal(await index().errors('python', document.getText()), 0);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await until(() => names('src/tool.py')?.join(' ') === 'run', 'the reverted text is read');
  },

  async 'saved, new, renamed and deleted files are followed'() {
    appendFileSync(at('src/tool.py'), 'def more(): pass\n');
    await until(() => names('src/tool.py')?.includes('more') === true, 'a change on disk is read');
    write('src/new/shape.ts', 'export class Shape {}\n');
    await until(() => names('src/new/shape.ts')?.[0] === 'Shape', 'a new file is read');
    renameSync(at('src/new/shape.ts'), at('src/new/form.ts'));
    await until(
      () => names('src/new/form.ts')?.[0] === 'Shape' && names('src/new/shape.ts') === undefined,
      'a renamed file is followed',
    );
    rmSync(at('src/new'), { recursive: true });
    await until(() => names('src/new/form.ts') === undefined, 'a deleted folder is dropped');
    write('built/more.js', 'export function hiddenToo() {}\n');
    write('src/later.js', 'export function later() {}\n');
    await until(() => names('src/later.js') !== undefined, 'a file written after the hidden one is read');
    assert.deepEqual(index().definitionsOf('hiddenToo'), []);
  },

  async 'opened again, nothing is read'() {
    const before = index().files().length;
    sources?.dispose();
    sources = undefined;
    lines.length = 0;
    await index().ready();
    assert.equal(index().files().length, before);
    assert.match(lines.join('\n'), new RegExp(`^${before} source files indexed in [\\d.]+ s, 0 of them read`, 'm'));
  },

  async 'callers and callees come from the language server'() {
    write(
      'src/one.js',
      'export function inner(value) {\n  return value;\n}\n\nexport function outer() {\n  return inner(1) + inner(2);\n}\n',
    );
    write('jsconfig.json', '{ "compilerOptions": { "checkJs": true, "module": "esnext" } }');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(vscode.Uri.file(at('src/one.js'))));
    const { signal } = new AbortController();
    let definitions = await languageServerSymbols.definitions('inner', signal);
    for (let tries = 0; definitions.length === 0 && tries < 50; tries++) {
      await delay(300);
      definitions = await languageServerSymbols.definitions('inner', signal);
    }
    const [inner] = definitions;
    const [outer] = await languageServerSymbols.definitions('outer', signal);
    assert.ok(inner !== undefined && outer !== undefined);
    const callers = await languageServerSymbols.calls(inner, 'callers', signal);
    assert.deepEqual(
      callers?.map(({ path: file, line, name }) => [path.basename(file), line, name]),
      [
        ['one.js', 6, 'outer'],
        ['one.js', 6, 'outer'],
      ],
    );
    const callees = await languageServerSymbols.calls(outer, 'callees', signal);
    assert.deepEqual(
      callees?.map(({ line, name }) => [line, name]),
      [
        [6, 'inner'],
        [6, 'inner'],
      ],
    );
  },

  async ends() {
    sources?.dispose();
    rmSync(storage, { recursive: true, force: true });
  },
};
