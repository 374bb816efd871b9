import * as vscode from 'vscode';
import { oneName } from '../../edits/one-name.ts';

/**
 * The one name of the file behind a document. A document keeps the name by which it was opened, also when that leads
 * through a symlink. Owns: which open documents have another name. Does not own: files that are not open.
 */
export class DocumentNames implements vscode.Disposable {
  /** URIs of files, by the other URIs by which they were opened. */
  readonly #names = new Map<string, string>();
  readonly #opened: vscode.Disposable;

  constructor() {
    this.#opened = vscode.workspace.onDidOpenTextDocument((document) => void this.#learn(document));
    for (const document of vscode.workspace.textDocuments) void this.#learn(document);
  }

  /** The URI by which the workspace knows the file of a document. */
  readonly of = (uri: string): string => this.#names.get(uri) ?? uri;

  /** The open document of a file, by whatever name: one with unsaved changes if there is one. */
  document(uri: string): vscode.TextDocument | undefined {
    const open = vscode.workspace.textDocuments.filter(
      (document) => !document.isClosed && (document.uri.toString() === uri || this.of(document.uri.toString()) === uri),
    );
    return (
      open.find((document) => document.isDirty) ?? open.find((document) => document.uri.toString() === uri) ?? open[0]
    );
  }

  dispose(): void {
    this.#opened.dispose();
  }

  async #learn({ uri }: vscode.TextDocument): Promise<void> {
    if (uri.scheme !== 'file') return;
    const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
    // A file that cannot be looked at keeps the name that it has.
    const name = await oneName(uri.fsPath, folders).catch(() => uri.fsPath);
    // Kept when the document closes: a change that has begun ends under the same name.
    if (name === uri.fsPath) this.#names.delete(uri.toString());
    else this.#names.set(uri.toString(), vscode.Uri.file(name).toString());
  }
}
