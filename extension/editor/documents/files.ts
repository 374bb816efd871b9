import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FileText, WorkspaceFiles, WorkspaceFolderPath } from '../../workspace/workspace-files.ts';
import { isBinary, textBytesMax } from '../../edits/text-files.ts';
import { namesBelow, namesOf } from '../../edits/file-listing.ts';
import { isReadOnly, statIfThere } from '../../edits/disk-files.ts';
import { trackedThoughIgnored } from '../../edits/tracked-files.ts';
import { presentName } from '../../edits/one-name.ts';
import { WorkspacePaths } from '../../edits/workspace-paths.ts';
import { isReadWhole } from './encoding-check.ts';
import { gitApi } from './git/git-extension.ts';
import { cellsText, notebookOfFile } from './notebooks.ts';
import { documentOfFile } from './open-documents.ts';

/** The files of the workspace. Unsaved text counts; ignore files and exclude settings hide files. */
export class EditorFiles implements WorkspaceFiles {
  readonly #paths = new WorkspacePaths(workspaceFolders);
  readonly #ripgrep: () => string | undefined;

  /** `ripgrep` returns the path of its binary. Without one VS Code lists the files and ignores ignore files. */
  constructor(ripgrep: () => string | undefined) {
    this.#ripgrep = ripgrep;
  }

  get folders(): readonly WorkspaceFolderPath[] {
    return this.#paths.folders;
  }

  absolute(name: string): string {
    return this.#paths.absolute(name);
  }

  relative(absolute: string): string {
    return this.#paths.relative(absolute);
  }

  async read(name: string, bytesMax = textBytesMax): Promise<FileText | undefined> {
    const absolute = await presentName(name);
    const notebook = notebookOfFile(absolute);
    if (notebook !== undefined)
      return { kind: 'text', text: cellsText(notebook), dirty: notebook.isDirty, notebook: true };
    const open = documentOfFile(absolute);
    if (open?.isDirty === true) {
      const text = open.getText();
      if (text.length > bytesMax) return { kind: 'large', bytes: text.length };
      return { kind: 'text', text, dirty: true, ...(await accessOf(absolute)) };
    }
    const found = await statIfThere(absolute);
    if (found === undefined) return undefined;
    if (found.isDirectory()) return { kind: 'folder', empty: (await readdir(absolute)).length === 0 };
    if (!found.isFile()) return { kind: 'binary', bytes: found.size };
    if (found.size > bytesMax) return { kind: 'large', bytes: found.size };
    const bytes = await readFile(absolute);
    if (isBinary(bytes)) return { kind: 'binary', bytes: bytes.length };
    const lossy = !(await isReadWhole(absolute, bytes));
    const text = await decodeFile(absolute, bytes);
    return { kind: 'text', text, dirty: false, ...(lossy && { lossy }), ...(await accessOf(absolute)) };
  }

  async list(absoluteFolder: string, glob: string | undefined, limit: number): Promise<readonly string[]> {
    const names = namesOf(await this.files(absoluteFolder), glob);
    const prefix = this.relative(absoluteFolder);
    const joined = prefix === '' ? names : names.map((name) => `${prefix.replace(/\/$/, '')}/${name}`);
    return joined.slice(0, limit);
  }

  async all(limit: number): Promise<readonly string[]> {
    const named = this.folders.length > 1;
    const names = await Promise.all(
      this.folders.map(async ({ name, path: folder }) => {
        const found = await this.unsorted(folder);
        return named ? found.map((file) => `${name}/${file}`) : found;
      }),
    );
    return names.flat().slice(0, limit);
  }

  /** All files below a folder, relative to it with `/`, sorted. Empty if there is no such folder. */
  async files(absoluteFolder: string, signal?: AbortSignal): Promise<readonly string[]> {
    return [...(await this.unsorted(absoluteFolder, signal === undefined ? {} : { signal }))].sort();
  }

  /**
   * Like `files`, but unsorted: sorting a large workspace takes long. With `only` at least those at or below these
   * paths, which are relative to the folder.
   */
  async unsorted(
    absoluteFolder: string,
    { only, signal }: { readonly only?: readonly string[] | undefined; readonly signal?: AbortSignal } = {},
  ): Promise<readonly string[]> {
    const found = await statIfThere(absoluteFolder);
    if (found === undefined || !found.isDirectory()) return [];
    if ((await readdir(absoluteFolder)).length === 0) return [];
    const ripgrep = this.#ripgrep();
    const tracked = (places: typeof only) => trackedBelow(absoluteFolder, places);
    if (ripgrep !== undefined)
      return namesBelow(absoluteFolder, { ripgrep, excludes: excludedGlobs, only, tracked }, signal);
    const uris = await vscode.workspace.findFiles(
      new vscode.RelativePattern(absoluteFolder, '**/*'),
      `{${excludedGlobs(absoluteFolder).join(',')}}`,
    );
    return uris.map((uri) => path.relative(absoluteFolder, uri.fsPath).split(path.sep).join('/'));
  }
}

/** What git tracks although it is ignored, in the repositories around a folder and in it. */
async function trackedBelow(folder: string, only: readonly string[] | undefined): Promise<readonly string[]> {
  // The configuration of a repository may name programs that git runs.
  if (!vscode.workspace.isTrusted) return [];
  const api = await gitApi();
  if (api === undefined) return []; // the user has turned git off
  const inner = api.repositories.map(({ rootUri }) => rootUri.fsPath);
  const roots = [folder, ...inner.filter((root) => root.startsWith(`${folder}${path.sep}`))];
  return trackedThoughIgnored(folder, { git: api.git.path, roots, only });
}

async function accessOf(absolute: string): Promise<{ readonly readOnly?: boolean }> {
  return (await isReadOnly(absolute)) ? { readOnly: true } : {};
}

/** Decodes bytes with the encoding that VS Code uses for the file. */
export async function decodeFile(absolute: string, bytes: Uint8Array): Promise<string> {
  const open = documentOfFile(absolute);
  return open === undefined
    ? vscode.workspace.decode(bytes, { uri: vscode.Uri.file(absolute) })
    : vscode.workspace.decode(bytes, { encoding: open.encoding });
}

function workspaceFolders(): WorkspaceFolderPath[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => ({ name: folder.name, path: path.normalize(folder.uri.fsPath) }));
}

/** The globs that the user's settings hide from the explorer and from searches. */
export function excludedGlobs(folder: string): string[] {
  const scope = vscode.Uri.file(folder);
  const of = (section: string) =>
    Object.entries(vscode.workspace.getConfiguration(section, scope).get<Record<string, unknown>>('exclude', {}));
  return [...of('files'), ...of('search')].filter(([, on]) => on === true).map(([glob]) => glob);
}
