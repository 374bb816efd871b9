import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { otherEncoding } from '../../tools/files/file-change.ts';
import { ToolError } from '../../tools/tool.ts';
import type { EditResult, WorkspaceEdits } from '../../workspace/workspace-files.ts';
import { linkName, oneName } from '../../edits/one-name.ts';
import type { ChangeObserver } from '../../edits/turn-checkpoints.ts';
import { applyEdit, createFile, deletionEdit, firstTextEdit, textEdit } from './document-writer.ts';
import { encodingLoss, type EncodingLoss } from './encoding-check.ts';
import { leadsAway } from './file-place-check.ts';
import { mixedText, restoreEnds } from './mixed-ends.ts';
import { documentOfFile, hasText } from './open-documents.ts';
import type { EditorProblems } from './problems.ts';

type SaveEnd = 'saved' | 'reformatted' | 'unsaved' | 'failed';

interface EditParts {
  readonly observer: ChangeObserver;
  readonly problems: EditorProblems;
  readonly relative: (absolute: string) => string;
  /** The folders of the workspace, absolute. */
  readonly folders: () => readonly string[];
  /** True if changed files are saved. */
  readonly saves: () => boolean;
  /** Asks whether to save a file in which the user had unsaved changes. */
  readonly askSave: (name: string) => Promise<boolean>;
}

/**
 * Makes the changes of tools in VS Code, one undo step per call. Owns: saving, problems, telling the checkpoints. Does
 * not own: what to change, permissions.
 */
export class EditorEdits implements WorkspaceEdits {
  readonly #parts: EditParts;
  /** Whether to save files with unsaved changes of the user, as the user answered. */
  readonly #answers = new Map<string, boolean>();

  constructor(parts: EditParts) {
    this.#parts = parts;
  }

  async change(name: string, before: string, after: string): Promise<EditResult> {
    // Unsaved text of the user stays in the document that has it, whatever name that was opened by.
    const isDirty = documentOfFile(name)?.isDirty === true;
    const absolute = isDirty ? name : await this.#oneName(name);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(absolute));
    await hasText(document, before);
    const edit = textEdit(document, after);
    if (edit === undefined) return { after: document.getText(), saved: !document.isDirty, newProblems: [] };
    return this.apply(edit, [absolute]);
  }

  async create(name: string, text: string): Promise<EditResult> {
    const absolute = await this.#oneName(name);
    const uri = vscode.Uri.file(absolute);
    // Empty at first, and the text typed into it: saving runs formatters, and undo takes the text but not the file.
    return this.#apply(firstTextEdit(uri, text), [absolute], () => createFile(uri, ''));
  }

  /** Removes a symlink, not what it leads to. */
  async remove(name: string): Promise<EditResult> {
    const absolute = await linkName(name, this.#parts.folders());
    return this.apply(deletionEdit(vscode.Uri.file(absolute)), [absolute]);
  }

  /** Applies an edit that changes exactly these files. The result's text is that of the first. */
  async apply(edit: vscode.WorkspaceEdit, files: readonly string[]): Promise<EditResult> {
    return this.#apply(edit, files);
  }

  async #apply(
    edit: vscode.WorkspaceEdit | undefined,
    files: readonly string[],
    prepare?: () => Promise<void>,
  ): Promise<EditResult> {
    const { observer, problems, relative } = this.#parts;
    for (const file of files) await this.#refuseLink(file);
    const loss = edit === undefined ? undefined : await encodingLoss(edit);
    if (loss !== undefined) throw new ToolError(lossForModel(relative(loss.path), loss.of));
    const known = await problems.before(files.filter((file) => existsSync(file)));
    const dirty = new Set(files.filter((file) => documentOfFile(file)?.isDirty === true));
    const settled = problems.settled(new Set(files));
    const mixed = new Map<string, string | undefined>();
    for (const file of files) mixed.set(file, await mixedText(file));
    let saved = true;
    let reformatted = false;
    let saveFailed = false;
    // Observed only until saved: later typing by the user is not the assistant's.
    for (const file of files) await observer.before(file);
    try {
      await prepare?.();
      if (edit !== undefined && !(await applyEdit(edit)))
        throw new ToolError(`the editor refused to change ${files.map(relative).join(', ')}. Try again.`);
      for (const file of dirty) await observer.after(file);
      for (const file of files) {
        const end = await this.#save(file, dirty.has(file), mixed.get(file));
        saved &&= end === 'saved' || end === 'reformatted';
        saveFailed ||= end === 'failed';
        reformatted ||= end === 'reformatted';
      }
    } finally {
      for (const file of files) await observer.after(file);
    }
    const left = files.filter((file) => existsSync(file));
    const brought = await problems.since(known, left, settled);
    const [first = ''] = files;
    const after = (await documentIfThere(first))?.getText() ?? '';
    return {
      after,
      saved,
      newProblems: brought,
      ...(saveFailed && { saveFailed }),
      ...(reformatted && { reformatted }),
    };
  }

  /** The name by which the workspace knows the file. A link out of the workspace has none. */
  async #oneName(name: string): Promise<string> {
    await this.#refuseLink(name);
    return oneName(name, this.#parts.folders());
  }

  /** Others may have made a link of the file since the gate has looked at it. */
  async #refuseLink(name: string): Promise<void> {
    if (await leadsAway(name))
      throw new ToolError(`${this.#parts.relative(name)} leads to another file. Name that file.`);
  }

  /**
   * Saves a changed file if it may be saved. `reformatted`: saving changed more than was to be saved. `mixed` is the
   * text before, if it had several kinds of line ends.
   */
  async #save(file: string, wasDirty: boolean, mixed: string | undefined): Promise<SaveEnd> {
    // Opened, not looked up: VS Code reports a new file's document a moment later.
    const document = await documentIfThere(file);
    if (document === undefined) return 'saved';
    if (!this.#parts.saves()) return 'unsaved';
    if (!wasDirty) this.#answers.delete(file);
    else if (!(await this.#maySave(file))) return 'unsaved';
    const text = document.getText();
    if (!(await document.save())) return 'failed';
    if (mixed !== undefined) await restoreEnds(document, mixed);
    return document.getText() === text ? 'saved' : 'reformatted';
  }

  /** Asks once per file, unless the user agrees. */
  async #maySave(file: string): Promise<boolean> {
    const known = this.#answers.get(file);
    if (known !== undefined) return known;
    const answer = await this.#parts.askSave(this.#parts.relative(file));
    if (!answer) this.#answers.set(file, answer);
    return answer;
  }
}

/** The loss as the sentence that the model reads. */
function lossForModel(name: string, of: EncodingLoss['of']): string {
  if (of === 'file') return otherEncoding(name);
  return (
    `the encoding of ${name} lacks characters of the new text. Nothing was changed. ` +
    'Use ASCII characters, or ask the user to choose UTF-8 with "Save with Encoding".'
  );
}

/** Undefined if the file is gone. */
async function documentIfThere(file: string): Promise<vscode.TextDocument | undefined> {
  if (!existsSync(file)) return undefined;
  return vscode.workspace.openTextDocument(vscode.Uri.file(file));
}
