import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { ToolError } from '../../tools/tool.ts';
import type { EditResult, WorkspaceEdits } from '../../workspace/workspace-files.ts';
import { withEol } from '../../edits/least-edit.ts';
import type { ChangeObserver } from '../../edits/turn-checkpoints.ts';
import { applyEdit, deletionEdit, textEdit, typedFileEdit } from './document-writer.ts';
import { documentOfFile } from './open-documents.ts';
import type { EditorProblems } from './problems.ts';

interface EditParts {
  readonly observer: ChangeObserver;
  readonly problems: EditorProblems;
  readonly relative: (absolute: string) => string;
  /** Whether changed files are written to disk. */
  readonly saves: () => boolean;
  /** Whether to save a file in which the user had unsaved changes. */
  readonly askSave: (name: string) => Promise<boolean>;
}

/** How long the editor has to notice that a file changed on disk. */
const reloadMs = 2500;

/**
 * Changes files through the editor, one undo step a call. Owns: edits, saving, telling the checkpoints. Does not own:
 * what to change, permissions.
 */
export class EditorEdits implements WorkspaceEdits {
  readonly #parts: EditParts;
  /** Files with unsaved changes of the user's, for which they have answered. */
  readonly #answers = new Map<string, boolean>();

  constructor(parts: EditParts) {
    this.#parts = parts;
  }

  async change(absolute: string, before: string, after: string): Promise<EditResult> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(absolute));
    await noticed(document, before);
    const edit = textEdit(document, after);
    if (edit === undefined) return { after: document.getText(), saved: !document.isDirty, newProblems: [] };
    return this.apply(edit, [absolute]);
  }

  async create(absolute: string, text: string): Promise<EditResult> {
    return this.apply(typedFileEdit(vscode.Uri.file(absolute), text), [absolute]);
  }

  async remove(absolute: string): Promise<EditResult> {
    return this.apply(deletionEdit(vscode.Uri.file(absolute)), [absolute]);
  }

  /** Makes an edit that touches exactly these files; the result's text is the first one's. */
  async apply(edit: vscode.WorkspaceEdit, files: readonly string[]): Promise<EditResult> {
    const { observer, problems } = this.#parts;
    const known = await problems.before(files.filter((file) => existsSync(file)));
    const dirty = new Set(files.filter((file) => documentOfFile(file)?.isDirty === true));
    const settled = problems.settled(new Set(files));
    let saved = true;
    // Around the edit only: what the user types while problems come or a question stands is not the assistant's.
    for (const file of files) await observer.before(file);
    try {
      if (!(await applyEdit(edit)))
        throw new ToolError(`the editor refused to change ${files.map(this.#parts.relative).join(', ')}. Try again.`);
      for (const file of dirty) await observer.after(file);
      for (const file of files) saved = (await this.#save(file, dirty.has(file))) && saved;
    } finally {
      for (const file of files) await observer.after(file);
    }
    const left = files.filter((file) => existsSync(file));
    const brought = await problems.since(known, left, settled);
    const [first = ''] = files;
    return { after: (await documentIfThere(first))?.getText() ?? '', saved, newProblems: brought };
  }

  /** False when the change is left in the editor, unsaved. */
  async #save(file: string, wasDirty: boolean): Promise<boolean> {
    // Opened rather than looked up: the editor tells us of a new file's document, and that it is dirty, a moment later.
    const document = await documentIfThere(file);
    if (document === undefined) return true;
    if (!this.#parts.saves()) return false;
    if (!wasDirty) this.#answers.delete(file);
    else if (!(await this.#maySave(file))) return false;
    return document.save();
  }

  /** Asks once for each file with unsaved changes of the user's. */
  async #maySave(file: string): Promise<boolean> {
    const known = this.#answers.get(file);
    if (known !== undefined) return known;
    const answer = await this.#parts.askSave(this.#parts.relative(file));
    if (!answer) this.#answers.set(file, answer);
    return answer;
  }
}

/** Undefined when the file is gone. */
async function documentIfThere(file: string): Promise<vscode.TextDocument | undefined> {
  if (!existsSync(file)) return undefined;
  return vscode.workspace.openTextDocument(vscode.Uri.file(file));
}

/** Waits until a document that was changed on disk (by a command, by git) has been read again. */
async function noticed(document: vscode.TextDocument, text: string): Promise<void> {
  const limit = Date.now() + reloadMs;
  while (!document.isDirty && withEol(document.getText(), '\n') !== withEol(text, '\n') && Date.now() < limit)
    await delay(50);
}
