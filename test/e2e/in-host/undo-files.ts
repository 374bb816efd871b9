// Runs inside the extension host of a real VS Code: undoing where a formatter runs on save, where a link has taken a
// file's place, and where the agent created the file.
import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { EditorEdits } from '../../../extension/editor/documents/edits.ts';
import { EditorFileStates } from '../../../extension/editor/documents/file-states.ts';
import { EditorFiles } from '../../../extension/editor/documents/files.ts';
import { PendingDocuments } from '../../../extension/editor/documents/pending-documents.ts';
import { EditorProblems } from '../../../extension/editor/documents/problems.ts';
import { PendingEdits } from '../../../extension/edits/pending-edits.ts';

const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
const at = (name: string): string => path.join(folder, name);
const files = new EditorFiles(() => undefined);
const states = new EditorFileStates(files);
const edits = new EditorEdits({
  observer: {
    before: async () => undefined,
    after: async () => undefined,
    uncovered: async () => [],
    beforeCommand: async () => undefined,
    afterCommand: async () => [],
  },
  problems: new EditorProblems((absolute) => files.relative(absolute)),
  relative: (absolute) => files.relative(absolute),
  folders: () => [folder],
  saves: () => true,
  askSave: async () => true,
});
const disk = (name: string): string => readFileSync(at(name), 'utf8');
const open = (name: string): Thenable<vscode.TextDocument> =>
  vscode.workspace.openTextDocument(vscode.Uri.file(at(name)));

/** Runs while every save ends the text with a line of the formatter's. */
async function formatting(run: () => Promise<void>): Promise<void> {
  const settings = vscode.workspace.getConfiguration('editor');
  const formatter = vscode.languages.registerDocumentFormattingEditProvider(
    { pattern: '**/formatted*.txt' },
    {
      provideDocumentFormattingEdits: (document) =>
        document.getText().endsWith('formatted\n')
          ? []
          : [vscode.TextEdit.insert(document.positionAt(document.getText().length), 'formatted\n')],
    },
  );
  await settings.update('formatOnSave', true, vscode.ConfigurationTarget.Workspace);
  try {
    await run();
  } finally {
    await settings.update('formatOnSave', undefined, vscode.ConfigurationTarget.Workspace);
    formatter.dispose();
  }
}

function review(): { readonly texts: PendingDocuments; readonly pending: PendingEdits } {
  const texts = new PendingDocuments();
  const pending = new PendingEdits(texts, { load: async () => [], save: async () => undefined }, (thrown) => {
    throw thrown;
  });
  texts.watch(pending);
  return { texts, pending };
}

export const checks: Readonly<Record<string, () => Promise<void>>> = {
  async 'undoing changes and turns runs no formatter, and the model is told that saving did'() {
    await formatting(async () => {
      const { texts, pending } = review();
      for (const name of ['formatted.txt', 'formatted-turn.txt']) {
        const before = 'one\ntwo\n';
        writeFileSync(at(name), before);
        const uri = vscode.Uri.file(at(name)).toString();
        const state = await states.state(at(name));
        const document = await open(name);
        pending.begin(uri, before);
        const result = await edits.change(at(name), before, 'one\n2\n');
        await pending.end(uri);
        assert.deepEqual([result.after, result.reformatted], ['one\n2\nformatted\n', true]);
        if (name === 'formatted.txt') await pending.undo(uri);
        else await states.put(at(name), state);
        assert.deepEqual([disk(name), document.getText(), document.isDirty], [before, before, false], name);
      }
      texts.dispose();
    });
  },

  async 'Ctrl+Z leaves a file that the agent created, with what the user wrote into it'() {
    await edits.create(at('made.txt'), 'by the agent\n');
    assert.equal(disk('made.txt'), 'by the agent\n');
    const editor = await vscode.window.showTextDocument(await open('made.txt'));
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'by the user\n'));
    await editor.document.save();
    for (let press = 0; press < 6; press++) await vscode.commands.executeCommand('undo');
    assert.equal(existsSync(at('made.txt')), true);
    await vscode.commands.executeCommand('redo');
    await vscode.commands.executeCommand('redo');
    await editor.document.save();
    assert.equal(disk('made.txt'), 'by the user\nby the agent\n');
  },

  async 'undo writes through no link that has taken the place of a file'() {
    const outside = mkdtempSync(path.join(tmpdir(), 'outside-'));
    const target = path.join(outside, 'target.txt');
    const { texts, pending } = review();
    try {
      for (const name of ['linked.txt', 'linked-turn.txt']) {
        writeFileSync(target, 'not ours\n');
        writeFileSync(at(name), 'one\n');
        const uri = vscode.Uri.file(at(name)).toString();
        const state = await states.state(at(name));
        pending.begin(uri, 'one\n');
        await edits.change(at(name), 'one\n', 'two\n');
        await pending.end(uri);
        rmSync(at(name));
        symlinkSync(target, at(name));
        if (name === 'linked.txt') await assert.rejects(texts.write(uri, 'one\n'), /leads to another file/);
        else {
          await states.put(at(name), state);
          assert.deepEqual([lstatSync(at(name)).isSymbolicLink(), disk(name)], [false, 'one\n']);
        }
        await assert.rejects(edits.change(at('linked.txt'), 'not ours\n', 'x\n'), /leads to another file/);
        assert.equal(readFileSync(target, 'utf8'), 'not ours\n');
      }
    } finally {
      texts.dispose();
      rmSync(outside, { recursive: true, force: true });
    }
  },
};
