import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { hasMixedEnds } from '../../edits/line-ends.ts';
import { withEol } from '../../edits/least-edit.ts';
import type { PendingEdits, PendingTexts } from '../../edits/pending-edits.ts';
import { makeLink, statIfThere } from '../../edits/disk-files.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import { applyEdit, createFile, deletionEdit, writeText } from './document-writer.ts';
import { lossIn, lossSentence } from './encoding-check.ts';
import { writeTextExactly } from './exact-file.ts';
import { leadsAway } from './file-place-check.ts';
import { decodeFile } from './files.ts';
import { DocumentNames } from './document-names.ts';
import { eolOf } from './open-documents.ts';

/** Typing is handled once it pauses for this long. */
const pauseMs = 100;

/**
 * Texts of documents and files. Owns: reading and writing them by URI, and telling PendingEdits when one may have
 * changed. Does not own: the meaning of a change.
 */
export class PendingDocuments implements PendingTexts, vscode.Disposable {
  /** When a document's text last changed, by URI. */
  readonly #edited = new Map<string, number>();
  readonly #pauses = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #names = new DocumentNames();
  readonly #disposables: vscode.Disposable[] = [
    this.#names,
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) this.#edited.set(document.uri.toString(), Date.now());
    }),
    vscode.workspace.onDidCloseTextDocument((document) => this.#edited.delete(document.uri.toString())),
  ];

  readonly nameOf = (uri: string): string => this.#names.of(uri);

  async read(uri: string): Promise<string | undefined> {
    const document = this.#names.document(uri);
    if (document !== undefined && (document.isDirty || document.uri.scheme !== 'file')) return document.getText();
    const { scheme, fsPath } = vscode.Uri.parse(uri, true);
    if (scheme !== 'file') return undefined;
    const found = await statIfThere(fsPath);
    if (found === undefined || !found.isFile()) return undefined;
    // After an edit a document has its new text a moment before it is marked as unsaved.
    if (document !== undefined && (this.#edited.get(document.uri.toString()) ?? 0) > found.mtimeMs)
      return document.getText();
    return decodeFile(fsPath, await readFile(fsPath));
  }

  async write(uri: string, text: string | undefined, link?: string): Promise<void> {
    const target = vscode.Uri.parse(uri, true);
    const isFile = target.scheme === 'file';
    if (isFile && (await leadsAway(target.fsPath)))
      throw new CodedError(
        'file.failed',
        `${target.fsPath} leads to another file now, so it was not changed. Remove the link and try again.`,
      );
    const open = this.#names.document(uri);
    const isNew = isFile && open === undefined && (await statIfThere(target.fsPath)) === undefined;
    if (text === undefined && isFile) await applied(deletionEdit(target, { mayBeGone: true }), target);
    else if (isNew && link !== undefined) await makeLink(link, target.fsPath);
    else if (isNew) await createFile(target, text ?? '');
    else await this.#replace(open ?? (await vscode.workspace.openTextDocument(target)), text ?? '');
  }

  /** Reports every change that may affect a pending text to `pending`. */
  watch(pending: PendingEdits): void {
    const look = (uri: vscode.Uri): void => this.#look(uri.toString(), pending);
    const watcher = vscode.workspace.createFileSystemWatcher('**/*');
    this.#disposables.push(
      watcher,
      watcher.onDidChange(look),
      watcher.onDidCreate(look),
      watcher.onDidDelete(look),
      vscode.workspace.onDidChangeTextDocument(({ document, reason }) => {
        // Undo is recognised by the whole text, so it is reported at once, before the user types on.
        if (reason !== undefined && pending.tracks(document.uri.toString()))
          void pending.changed(document.uri.toString(), document.getText());
        else look(document.uri);
      }),
      vscode.workspace.onDidOpenTextDocument((document) => look(document.uri)),
      vscode.workspace.onDidCloseTextDocument((document) => look(document.uri)),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) void pending.renamed(oldUri.toString(), newUri.toString());
      }),
    );
  }

  dispose(): void {
    for (const timer of this.#pauses.values()) clearTimeout(timer);
    for (const one of this.#disposables.splice(0)) one.dispose();
  }

  #look(uri: string, pending: PendingEdits): void {
    if (!pending.tracks(uri)) return;
    clearTimeout(this.#pauses.get(uri));
    this.#pauses.set(
      uri,
      setTimeout(() => {
        this.#pauses.delete(uri);
        void pending.changed(uri);
      }, pauseMs),
    );
  }

  /**
   * Replaces the text as one undo step. A file without unsaved changes is written as it was, to the byte: saving the
   * document would run formatters.
   */
  async #replace(document: vscode.TextDocument, text: string): Promise<void> {
    if (document.isDirty || document.uri.scheme !== 'file') {
      if (!(await writeText(document, text))) throw refused(document.uri);
      return;
    }
    const loss = await lossIn(document.uri, text);
    if (loss !== undefined) throw new Refusal(lossSentence(loss));
    // A document has one kind of line end; the text may have several, as the file had before.
    const ended = hasMixedEnds(text) ? text : withEol(text, eolOf(document));
    await writeTextExactly(document, ended);
  }
}

async function applied(edit: vscode.WorkspaceEdit, target: vscode.Uri): Promise<void> {
  if (!(await applyEdit(edit))) throw refused(target);
}

function refused(uri: vscode.Uri): CodedError {
  return new CodedError('file.failed', `The editor refused to change ${uri.fsPath}. Close it and try again.`);
}
