import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const namesMax = 50_000;
/** How long a listing is reused, in milliseconds: completion asks at every key. */
const freshMs = 5000;

/** The names of the workspace's files and folders; one listing answers many questions. */
export class FileNames {
  readonly #files: WorkspaceFiles;
  #listed: { readonly at: number; readonly names: Promise<readonly string[]> } | undefined;

  constructor(files: WorkspaceFiles) {
    this.#files = files;
  }

  files(): Promise<readonly string[]> {
    const now = Date.now();
    if (this.#listed === undefined || now - this.#listed.at > freshMs) {
      const all = Promise.all(this.#files.folders.map((folder) => this.#files.list(folder.path, '**/*', namesMax)));
      this.#listed = { at: now, names: all.then((lists) => lists.flat()) };
    }
    return this.#listed.names;
  }

  /** Folders that hold files, without a trailing `/`. */
  async folders(): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const name of await this.files())
      for (let at = name.lastIndexOf('/'); at > 0 && !found.has(name.slice(0, at)); at = name.lastIndexOf('/', at - 1))
        found.add(name.slice(0, at));
    return [...found];
  }
}

/** True if a name that the user wrote is inside the workspace. */
export function isInside(files: WorkspaceFiles, name: string): boolean {
  if (name === '' || files.folders.length === 0) return false;
  const relative = files.relative(files.absolute(name));
  return !relative.startsWith('/') && !relative.startsWith('\\') && !/^[A-Za-z]:/.test(relative);
}
