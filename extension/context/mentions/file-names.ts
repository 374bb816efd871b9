import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const namesMax = 50_000;
/** How long a listing is reused, in milliseconds: completion asks at every key. */
const freshMs = 5000;

/** The names of the workspace's files and folders; one listing answers many questions. */
export class FileNames {
  readonly #files: WorkspaceFiles;
  #listed: { readonly at: number; readonly names: Promise<readonly string[]> } | undefined;
  #folders: { readonly of: readonly string[]; readonly names: readonly string[] } | undefined;

  constructor(files: WorkspaceFiles) {
    this.#files = files;
  }

  files(): Promise<readonly string[]> {
    const now = Date.now();
    if (this.#listed === undefined || now - this.#listed.at > freshMs) {
      this.#listed = { at: now, names: this.#files.all(namesMax) };
    }
    return this.#listed.names;
  }

  /** Folders that hold files, without a trailing `/`. `pause` is awaited between pieces of work. */
  async folders(pause: () => Promise<void>): Promise<readonly string[]> {
    const files = await this.files();
    if (this.#folders?.of === files) return this.#folders.names;
    const found = new Set<string>();
    for (const name of files) {
      for (let at = name.lastIndexOf('/'); at > 0 && !found.has(name.slice(0, at)); at = name.lastIndexOf('/', at - 1))
        found.add(name.slice(0, at));
      await pause();
    }
    this.#folders = { of: files, names: [...found] };
    return this.#folders.names;
  }
}

/** True if a name that the user wrote is inside the workspace. */
export function isInside(files: WorkspaceFiles, name: string): boolean {
  if (name === '' || files.folders.length === 0) return false;
  const relative = files.relative(files.absolute(name));
  return !relative.startsWith('/') && !relative.startsWith('\\') && !/^[A-Za-z]:/.test(relative);
}
