import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { EditBuffer, UndoStops } from '../../inline/edit-buffer.ts';
import { Refusal } from '../../rewrite/refusal.ts';
import type { TextEdit } from '../../workspace/span.ts';
import { activeCodeEditor } from './active-editor.ts';
import { applyEdit, rangeEdit } from './document-writer.ts';
import { lossIn, lossSentence } from './encoding-check.ts';
import { writeTextExactly } from './exact-file.ts';
import { documentAt, documentOf, eolOf, rangeOf } from './open-documents.ts';

/** A document of VS Code, shown or not. To be disposed of with its chat. */
export class DocumentBuffer implements EditBuffer, vscode.Disposable {
  readonly #uri: vscode.Uri;
  readonly #listeners = new Set<(changes: readonly TextEdit[], rewound: boolean) => void>();
  readonly #disposables: readonly vscode.Disposable[];
  #eol: '\n' | '\r\n';
  #saves = 0;

  constructor(document: vscode.TextDocument) {
    this.#uri = document.uri;
    this.#eol = eolOf(document);
    const isOurs = (other: vscode.TextDocument): boolean => other.uri.toString() === this.uri;
    this.#disposables = [
      vscode.workspace.onDidSaveTextDocument((saved) => void (isOurs(saved) && this.#saves++)),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (!isOurs(event.document) || event.contentChanges.length === 0) return;
        this.#eol = eolOf(event.document);
        const changes = event.contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
          from: rangeOffset,
          to: rangeOffset + rangeLength,
          text,
        }));
        for (const listener of this.#listeners) listener(changes, event.reason !== undefined);
      }),
    ];
  }

  get uri(): string {
    return this.#uri.toString();
  }

  get eol(): '\n' | '\r\n' {
    return this.#eol;
  }

  /** The document while it is open. */
  get document(): vscode.TextDocument | undefined {
    return documentOf(this.uri);
  }

  async read(): Promise<string | undefined> {
    // Opening a closed untitled document would make a new one: documentAt does not.
    return (await documentAt(this.uri))?.getText();
  }

  async replace(text: string, replacement: TextEdit, stops: UndoStops): Promise<boolean> {
    const loss = await lossIn(this.#uri, replacement.text);
    if (loss !== undefined) throw new Refusal(lossSentence(loss));
    const document = this.document;
    if (document === undefined || document.getText() !== text) return false;
    const range = rangeOf(document, replacement);
    const editor = vscode.window.visibleTextEditors.find((candidate) => candidate.document === document);
    // Only an editor can set undo stops. It may close at any moment: then the document is changed without one.
    const done = await editor
      ?.edit((builder) => builder.replace(range, replacement.text), {
        undoStopBefore: stops.before,
        undoStopAfter: stops.after,
      })
      .then(
        (applied) => applied,
        () => false,
      );
    if (done === true) return true;
    if (document.isClosed || document.getText() !== text) return false;
    const edit = rangeEdit([{ uri: document.uri, range, text: replacement.text }]);
    return (await applyEdit(edit)) && document.getText() !== text;
  }

  onChange(listener: (changes: readonly TextEdit[], rewound: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  remember(): () => Promise<void> {
    const wasDirty = this.document?.isDirty === true;
    const saves = this.#saves;
    return async () => {
      const document = this.document;
      if (document === undefined || document.uri.scheme !== 'file' || !document.isDirty) return;
      // It was saved with the edit: the file gets the original text too, which no formatter may change.
      if (this.#saves !== saves) await writeTextExactly(document, document.getText());
      else if (!wasDirty) await showAsSaved(document);
    };
  }

  dispose(): void {
    this.#listeners.clear();
    for (const one of this.#disposables) one.dispose();
  }
}

/**
 * Removes the mark of unsaved changes from a document that equals its file, without saving: that could run a formatter.
 */
async function showAsSaved(document: vscode.TextDocument): Promise<void> {
  if (activeCodeEditor()?.document !== document) return;
  const saved = await vscode.workspace.decode(await readFile(document.uri.fsPath), { encoding: document.encoding });
  if (saved === document.getText()) await vscode.commands.executeCommand('workbench.action.files.revert');
}
