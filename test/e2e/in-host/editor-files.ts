// Runs inside the extension host of a real VS Code: files, edits, states, problems and renames through the editor.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { ReviewEditor } from '../../../extension/editor/review/diff-editor.ts';
import { PendingEdits } from '../../../extension/edits/pending-edits.ts';
import { EditorEdits } from '../../../extension/editor/documents/edits.ts';
import { EditorFiles } from '../../../extension/editor/documents/files.ts';
import { EditorProblems } from '../../../extension/editor/documents/problems.ts';
import { languageServerRename } from '../../../extension/editor/documents/rename.ts';
import { EditorFileStates } from '../../../extension/editor/documents/file-states.ts';
import { PendingDocuments } from '../../../extension/editor/documents/pending-documents.ts';
import { firstExisting, ripgrepCandidates } from '../../../extension/tools/search/ripgrep-location.ts';

const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
const at = (name: string): string => path.join(folder, name);
const files = new EditorFiles(() => firstExisting(ripgrepCandidates(vscode.env.appRoot, [])));
const problems = new EditorProblems((absolute) => files.relative(absolute));
const states = new EditorFileStates(files);
const heard: string[] = [];
let maySave = true;
let asked = 0;
const edits = new EditorEdits({
  observer: {
    before: async (file) => void heard.push(`before ${files.relative(file)}`),
    after: async (file) => void heard.push(`after ${files.relative(file)}`),
    uncovered: async () => [],
    beforeCommand: async () => undefined,
    afterCommand: async () => [],
  },
  problems,
  relative: (absolute) => files.relative(absolute),
  folders: () => [folder],
  saves: () => true,
  askSave: async () => {
    asked++;
    return maySave;
  },
});

function write(name: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), content);
}

const disk = (name: string): Buffer => readFileSync(at(name));
const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const open = (name: string): Thenable<vscode.TextDocument> =>
  vscode.workspace.openTextDocument(vscode.Uri.file(at(name)));

async function typeInto(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.insert(document.uri, new vscode.Position(0, 0), text);
  await vscode.workspace.applyEdit(edit);
}

export const checks: Readonly<Record<string, () => Promise<void>>> = {
  async 'texts are read with their encoding, other files are named for what they are'() {
    write('crlf.txt', 'a\r\nb\r\n');
    write('utf16.txt', utf16('h\u00e9\r\nx\r\n'));
    write('bom.txt', '\ufeffhello\nworld\n');
    write('binary.dat', Buffer.from([1, 0, 2]));
    write('large.txt', 'x'.repeat(3 << 20));
    const texts = await Promise.all(['crlf.txt', 'utf16.txt', 'bom.txt'].map((name) => files.read(at(name))));
    assert.deepEqual(
      texts.map((file) => file?.kind === 'text' && file.text),
      ['a\r\nb\r\n', 'h\u00e9\r\nx\r\n', 'hello\nworld\n'],
    );
    const kinds = await Promise.all(
      ['binary.dat', 'large.txt', '.', 'none'].map(async (name) => (await files.read(at(name)))?.kind),
    );
    assert.deepEqual(kinds, ['binary', 'large', 'folder', undefined]);
    assert.equal((await files.read(at('large.txt'), 50 << 20))?.kind, 'text');
    chmodSync(at('bom.txt'), 0o444);
    const locked = await files.read(at('bom.txt'));
    chmodSync(at('bom.txt'), 0o644);
    assert.equal(locked?.kind === 'text' && locked.readOnly, true);
  },

  async 'the line ends of lines that were not edited stay'() {
    const before = 'a\r\nb\nc\rd\n';
    write('ends.txt', before);
    await edits.change(at('ends.txt'), before, before.replace('b', 'B\nnew'));
    assert.equal(disk('ends.txt').toString(), 'a\r\nB\nnew\nc\rd\n');
    const document = await open('ends.txt');
    await until(
      () => !document.isDirty && document.getText().includes('new'),
      () => document.getText(),
    );
  },

  async 'a symlink is edited where it leads to, and deleted and put back as a symlink'() {
    write('real.txt', 'one\n');
    symlinkSync('real.txt', at('link.txt'));
    heard.length = 0;
    await edits.change(at('link.txt'), 'one\n', 'two\n');
    assert.deepEqual([disk('real.txt').toString(), readlinkSync(at('link.txt'))], ['two\n', 'real.txt']);
    assert.deepEqual(new Set(heard), new Set(['before real.txt', 'after real.txt']));
    const state = await states.state(at('link.txt'));
    await edits.remove(at('link.txt'));
    assert.deepEqual([existsSync(at('link.txt')), disk('real.txt').toString()], [false, 'two\n']);
    await states.put(at('link.txt'), state);
    assert.equal(readlinkSync(at('link.txt')), 'real.txt');
  },

  async 'an open notebook is read as its cells'() {
    if (vscode.extensions.getExtension('vscode.ipynb') === undefined) return;
    const cell = { cell_type: 'code', source: ['one = 1\n'], metadata: {}, outputs: [], execution_count: null };
    write('n.ipynb', JSON.stringify({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
    await vscode.workspace.openNotebookDocument(vscode.Uri.file(at('n.ipynb')));
    const found = await files.read(at('n.ipynb'));
    assert.ok(found?.kind === 'text' && found.notebook === true);
    assert.match(found.text, /^\[cell 1: \w+\]\none = 1\n/);
  },

  async 'an edit keeps line ends and encoding'() {
    const result = await edits.change(at('crlf.txt'), 'a\r\nb\r\n', 'a\nB\nc\n');
    assert.deepEqual({ ...result }, { after: 'a\r\nB\r\nc\r\n', saved: true, newProblems: [] });
    assert.equal(disk('crlf.txt').toString(), 'a\r\nB\r\nc\r\n');
    await edits.change(at('utf16.txt'), 'h\u00e9\r\nx\r\n', 'h\u00e9!\r\nx\r\n');
    assert.deepEqual(disk('utf16.txt'), utf16('h\u00e9!\r\nx\r\n'));
    await edits.change(at('bom.txt'), 'hello\nworld\n', 'hello\nWorld\n');
    assert.deepEqual(disk('bom.txt'), Buffer.from('\ufeffhello\nWorld\n'));
  },

  async 'an edit of several places is one undo step'() {
    write('undo.txt', 'one\ntwo\nthree\nfour\nfive\n');
    const document = await open('undo.txt');
    await vscode.window.showTextDocument(document);
    await edits.change(at('undo.txt'), document.getText(), 'ONE\ntwo\nTHREE\nfour\nFIVE\n');
    assert.equal(document.isDirty, false);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), 'one\ntwo\nthree\nfour\nfive\n');
    await document.save();
  },

  async 'unsaved text is read, and saved only when the user says so, who is asked once'() {
    const document = await open('undo.txt');
    await typeInto(document, 'mine\n');
    assert.deepEqual(await files.read(at('undo.txt')), {
      kind: 'text',
      text: 'mine\none\ntwo\nthree\nfour\nfive\n',
      dirty: true,
    });
    maySave = false;
    asked = 0;
    assert.equal(
      (await edits.change(at('undo.txt'), document.getText(), document.getText().replace('two', '2'))).saved,
      false,
    );
    assert.equal(
      (await edits.change(at('undo.txt'), document.getText(), document.getText().replace('four', '4'))).saved,
      false,
    );
    assert.equal(asked, 1);
    assert.equal(disk('undo.txt').toString(), 'one\ntwo\nthree\nfour\nfive\n');
  },

  async 'a state is put back to the byte, with its unsaved text'() {
    const document = await open('undo.txt');
    const state = await states.state(at('undo.txt'));
    assert.equal(state.buffer, 'mine\none\n2\nthree\n4\nfive\n');
    await document.save();
    await edits.change(at('undo.txt'), document.getText(), 'new\n');
    assert.equal(disk('undo.txt').toString(), 'new\n');
    await states.put(at('undo.txt'), state);
    assert.equal(disk('undo.txt').toString(), 'one\ntwo\nthree\nfour\nfive\n');
    assert.deepEqual([document.getText(), document.isDirty], [state.buffer, true]);
    await states.put(at('undo.txt'), { disk: state.disk, buffer: undefined });
    assert.deepEqual([document.getText(), document.isDirty], ['one\ntwo\nthree\nfour\nfive\n', false]);
  },

  async 'mixed line ends are put back as they were'() {
    write('mixed.txt', 'a\r\nb\nc\r\n');
    const state = await states.state(at('mixed.txt'));
    await edits.change(at('mixed.txt'), 'a\r\nb\nc\r\n', 'a\r\nX\nc\r\n');
    await states.put(at('mixed.txt'), state);
    assert.equal(disk('mixed.txt').toString(), 'a\r\nb\nc\r\n');
  },

  async 'files are created with their folders, and removed'() {
    heard.length = 0;
    const made = await edits.create(at('new/deep/f.txt'), 'x\ny\n');
    assert.deepEqual([made.after, made.saved, disk('new/deep/f.txt').toString()], ['x\ny\n', true, 'x\ny\n']);
    await edits.remove(at('new/deep/f.txt'));
    assert.equal(existsSync(at('new/deep/f.txt')), false);
    assert.deepEqual(heard, [
      'before new/deep/f.txt',
      'after new/deep/f.txt',
      'before new/deep/f.txt',
      'after new/deep/f.txt',
    ]);
    await assert.rejects(edits.remove(at('new/none.txt')), /refused to change new\/none\.txt/);
    await states.put(at('new/deep/f.txt'), { disk: Buffer.from('back\r\n'), buffer: undefined });
    assert.equal(disk('new/deep/f.txt').toString(), 'back\r\n');
    await states.put(at('new/deep/f.txt'), { disk: undefined, buffer: undefined });
    assert.equal(existsSync(at('new/deep/f.txt')), false);
  },

  async 'a file that was changed on disk while it is open is edited as it is now'() {
    write('outside.txt', 'one\n');
    const document = await open('outside.txt');
    write('outside.txt', 'one\ntwo\n');
    await edits.change(at('outside.txt'), 'one\ntwo\n', 'one\ntwo\nthree\n');
    assert.deepEqual([disk('outside.txt').toString(), document.isDirty], ['one\ntwo\nthree\n', false]);
  },

  async 'listings leave out what is ignored or hidden'() {
    write('.gitignore', 'ignored/\n*.tmp\n');
    for (const name of ['ignored/x.js', 'y.tmp', 'node_modules/p/i.js', '.github/w.yml']) write(name, 'x');
    const names = await files.list(folder, undefined, 100);
    assert.deepEqual(
      names.filter((name) => /ignored\/|tmp|node_modules|\.git\//.test(name)),
      [],
    );
    assert.ok(names.includes('.github/') && names.includes('src/'));
    assert.deepEqual(await files.list(at('src'), '*.js', 100), ['src/math.js', 'src/text.js']);
  },

  async 'a review is one multi-diff editor'() {
    const texts = new PendingDocuments();
    const review = new ReviewEditor(
      new PendingEdits(texts, { load: async () => [], save: async () => undefined }, (thrown) => {
        throw thrown;
      }),
    );
    await review.show([
      { path: at('src/math.js'), before: 'old\n', exists: true },
      { path: at('gone.js'), before: 'gone\n', exists: false },
    ]);
    const labels = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).map((tab) => tab.label);
    await until(
      () => labels().some((label) => label.startsWith('Changes by the assistant')),
      () => labels().join(),
    );
    review.dispose();
    texts.dispose();
  },

  async 'what is undone is one step of the editor, and the file is as it was to the byte'() {
    const texts = new PendingDocuments();
    const pending = new PendingEdits(texts, { load: async () => [], save: async () => undefined }, (thrown) => {
      throw thrown;
    });
    texts.watch(pending);
    for (const [name, before, after] of [
      ['crlf.js', 'one\r\ntwo\r\nthree', 'one\r\n2\r\nthree\r\n'],
      ['mixed.js', 'one\r\ntwo\nthree\r\n', 'one\r\n2\r\nthree\r\n'],
    ] as const) {
      write(name, before);
      const uri = vscode.Uri.file(at(name));
      pending.begin(uri.toString(), before);
      const document = await vscode.workspace.openTextDocument(uri);
      await texts.write(uri.toString(), after);
      await pending.end(uri.toString());
      assert.ok((pending.file(uri.toString())?.hunks.length ?? 0) > 0, name);
      await pending.undoAll();
      assert.deepEqual([disk(name).toString(), document.isDirty, pending.files().length], [before, false, 0], name);
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('undo');
      const undone = () => document.getText().replaceAll('\r\n', '\n') === after.replaceAll('\r\n', '\n');
      await until(undone, () => `${name}: ${document.getText()}`);
      await until(
        () => pending.file(uri.toString()) !== undefined,
        () => `${name} is pending again`,
      );
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
    texts.dispose();
  },

  async 'a document that was opened by the name of a symlink has the changes of its file'() {
    const texts = new PendingDocuments();
    const pending = new PendingEdits(texts, { load: async () => [], save: async () => undefined }, (thrown) => {
      throw thrown;
    });
    texts.watch(pending);
    write('meant.js', 'one\ntwo\n');
    symlinkSync('meant.js', at('alias.js'));
    const alias = vscode.Uri.file(at('alias.js')).toString();
    const meant = vscode.Uri.file(at('meant.js')).toString();
    const document = await open('alias.js');
    await until(
      () => texts.nameOf(alias) === meant,
      () => texts.nameOf(alias),
    );
    // As inline chat does: into the document, unsaved.
    pending.begin(alias, 'one\ntwo\n', 'inline');
    await typeInto(document, 'zero\n');
    await pending.end(alias);
    pending.begin(meant, document.getText(), 'chat');
    await texts.write(meant, 'zero\none\n2\n');
    await pending.end(meant);
    assert.deepEqual(
      [document.getText(), pending.files().map((file) => file.uri), pending.file(alias)?.hunks.length],
      ['zero\none\n2\n', [meant], 2],
    );
    await document.save();
    await pending.undo(alias);
    assert.deepEqual([disk('meant.js').toString(), readlinkSync(at('alias.js'))], ['one\ntwo\n', 'meant.js']);
    assert.deepEqual(pending.files(), []);
    // The link itself is another thing than its file.
    pending.begin(alias, 'one\ntwo\n', 'chat', 'meant.js');
    await texts.write(alias, undefined);
    await pending.end(alias);
    assert.deepEqual([existsSync(at('alias.js')), pending.files().map((file) => file.uri)], [false, [alias]]);
    await pending.undoAll();
    assert.deepEqual([readlinkSync(at('alias.js')), disk('meant.js').toString()], ['meant.js', 'one\ntwo\n']);
    texts.dispose();
  },

  async 'what was created or deleted is undone, and a renamed file keeps its hunks'() {
    const texts = new PendingDocuments();
    const pending = new PendingEdits(texts, { load: async () => [], save: async () => undefined }, (thrown) => {
      throw thrown;
    });
    texts.watch(pending);
    const uriOf = (name: string) => vscode.Uri.file(at(name)).toString();
    const change = async (name: string, before: string | undefined, after: string | undefined) => {
      pending.begin(uriOf(name), before);
      await texts.write(uriOf(name), after);
      await pending.end(uriOf(name));
    };
    write('going.js', 'a\r\nb\r\n');
    write('moving.js', 'one\ntwo\n');
    await change('made.js', undefined, 'new\n');
    await change('going.js', 'a\r\nb\r\n', undefined);
    await change('moving.js', 'one\ntwo\n', 'one\n2\n');
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(vscode.Uri.file(at('moving.js')), vscode.Uri.file(at('moved.js')));
    await vscode.workspace.applyEdit(edit);
    await until(
      () => pending.files().some((file) => file.uri === uriOf('moved.js')),
      () => 'the renamed file is pending',
    );
    assert.deepEqual(
      pending.files().map((file) => [path.basename(file.uri), file.created, file.deleted]),
      [
        ['made.js', true, false],
        ['going.js', false, true],
        ['moved.js', false, false],
      ],
    );
    await pending.undoAll();
    assert.equal(existsSync(at('made.js')), false);
    assert.deepEqual([disk('going.js').toString(), disk('moved.js').toString()], ['a\r\nb\r\n', 'one\ntwo\n']);
    texts.dispose();
  },

  async 'problems that an edit brings are told, old ones are not'() {
    write('tsconfig.json', '{"compilerOptions":{"strict":true,"noEmit":true,"module":"nodenext"}}');
    write('typed.ts', 'export const n: number = "old";\n');
    assert.equal((await untilRead('typed.ts', 13)).length, 1);
    const worse = await edits.change(
      at('typed.ts'),
      'export const n: number = "old";\n',
      'export const n: number = "old";\nexport const s: string = 1;\n',
    );
    assert.deepEqual(worse.newProblems, ["typed.ts:2: Type 'number' is not assignable to type 'string'."]);
    const moved = await edits.change(
      at('typed.ts'),
      'export const n: number = "old";\nexport const s: string = 1;\n',
      '// moved\nexport const n: number = "old";\nexport const s: string = 1;\n',
    );
    assert.deepEqual(moved.newProblems, []);
  },

  async 'a rename at a use reaches all files'() {
    write('src/lib.ts', 'export function oldName(a: number) {\n  return a;\n}\n');
    write('src/use.ts', "import { oldName } from './lib.js';\noldName(2);\n");
    await untilRead('src/use.ts', 9);
    const plan = await languageServerRename(edits)({ absolute: at('src/use.ts'), line: 1, character: 0 }, 'newName');
    assert.deepEqual(plan?.files.map((file) => files.relative(file.absolute)).sort(), ['src/lib.ts', 'src/use.ts']);
    await plan?.apply();
    assert.match(disk('src/lib.ts').toString(), /function newName\(/);
    assert.equal(disk('src/use.ts').toString(), "import { newName } from './lib.js';\nnewName(2);\n");
  },
};

/** Waits for what the editor does a moment later; `what` says what was missing. */
async function until(ready: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + 15_000; !ready(); await delay(20)) assert.ok(Date.now() < end, what());
}

/** The language server needs its time when it has just been started. `character`: of a name in the first line. */
async function untilRead(name: string, character: number) {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(500)) {
    const found = await vscode.commands.executeCommand<vscode.Hover[] | undefined>(
      'vscode.executeHoverProvider',
      (await open(name)).uri,
      new vscode.Position(0, character),
    );
    if (found !== undefined && found.length > 0) return problems.of(at(name));
  }
  throw new Error(`No language server has read ${name}.`);
}
