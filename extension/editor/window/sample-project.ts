import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

/** Starts the extension in the window of a copy; package.json names it too. */
const marker = '.moonwright-sample';
const copiesMax = 1000;

/** The sample project: a small shop with a failing test. Each opening makes a copy that the user may change. */
export class SampleProject {
  readonly #source: string;
  readonly #copies: string;

  /** `source` holds the sample's files; `copies` is a folder of the user. */
  constructor(source: string, copies: string) {
    this.#source = source;
    this.#copies = copies;
  }

  /** True if this window shows a copy. */
  get isOpen(): boolean {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    return folder !== undefined && path.dirname(folder) === path.normalize(this.#copies);
  }

  /** Opens a new copy: in this window if it has no folder, else in another one. */
  readonly open = async (): Promise<void> => {
    const folder = await this.#copy();
    const forceNewWindow = (vscode.workspace.workspaceFolders ?? []).length > 0;
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(folder), { forceNewWindow });
  };

  async #copy(): Promise<string> {
    const folder = await this.#freeFolder();
    await cp(this.#source, folder, { recursive: true });
    await writeFile(path.join(folder, marker), '');
    return folder;
  }

  async #freeFolder(): Promise<string> {
    await mkdir(this.#copies, { recursive: true });
    for (let number = 1; number <= copiesMax; number++) {
      const folder = path.join(this.#copies, number === 1 ? 'moon-shop' : `moon-shop-${number}`);
      try {
        await mkdir(folder);
        return folder;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
    }
    throw new Error(`${this.#copies} has ${copiesMax} copies of the sample project. Delete some of them.`);
  }
}
