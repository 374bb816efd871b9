import { mkdir, readFile, readdir, readlink, rename, rm, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';
import type { DownloadRequest } from './download-request.ts';
import type { HubFile } from './hub-files.ts';

/**
 * Where downloads are kept: in the layout of Hugging Face's local cache, which its documents describe for other
 * programs (huggingface.co/docs/hub/local-cache). A file's bytes are stored once, named by their SHA-256; the folder of
 * a commit links to them under the names of the repository.
 */
export class DownloadFolder {
  readonly #root: string;

  /** `root`: the folder that holds `models--owner--name`. */
  constructor(root: string) {
    this.#root = root;
  }

  get root(): string {
    return this.#root;
  }

  /** The finished bytes of a file. */
  blob(request: DownloadRequest, file: HubFile): string {
    return path.join(this.#repository(request), 'blobs', file.sha256);
  }

  /** The bytes of a file so far. */
  part(request: DownloadRequest, file: HubFile): string {
    return `${this.blob(request, file)}.part`;
  }

  /** What the server said of the file when the part was begun. */
  partFacts(request: DownloadRequest, file: HubFile): string {
    return `${this.part(request, file)}.json`;
  }

  /** The file under its own name. */
  snapshot(request: DownloadRequest, file: HubFile): string {
    return path.join(this.#repository(request), 'snapshots', request.commit, ...file.path.split('/'));
  }

  /** Whether the whole file is here under its own name. */
  async isKept(request: DownloadRequest, file: HubFile): Promise<boolean> {
    return (await sizeOf(this.snapshot(request, file))) === file.bytes;
  }

  /** Bytes of a file that are on the disk: all of them, those of its part, or none. */
  async bytesHere(request: DownloadRequest, file: HubFile): Promise<number> {
    if (await this.isKept(request, file)) return file.bytes;
    for (const place of [this.blob(request, file), this.part(request, file)]) {
      const bytes = await sizeOf(place);
      if (bytes !== undefined) return Math.min(bytes, file.bytes);
    }
    return 0;
  }

  /** Makes a checked part the finished file. */
  async finish(request: DownloadRequest, file: HubFile): Promise<void> {
    await rename(this.part(request, file), this.blob(request, file));
    await rm(this.partFacts(request, file), { force: true });
  }

  /** Shows a finished file under its own name, as a relative link; where links are not allowed the file itself goes. */
  async show(request: DownloadRequest, file: HubFile): Promise<void> {
    const name = this.snapshot(request, file);
    const blob = this.blob(request, file);
    await mkdir(path.dirname(name), { recursive: true });
    await rm(name, { force: true });
    try {
      await symlink(path.relative(path.dirname(name), blob), name);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && ['EPERM', 'ENOSYS', 'ENOTSUP'].includes(String(error.code))))
        throw error;
      await rename(blob, name);
    }
  }

  /** Says which commit `main` was, so that other programs find the files without asking the hub. */
  async pointMain(request: DownloadRequest): Promise<void> {
    const refs = path.join(this.#repository(request), 'refs');
    await mkdir(refs, { recursive: true });
    await writeFile(path.join(refs, 'main'), request.commit);
  }

  /** Removes what was loaded of a download that is not finished. */
  async removeParts(request: DownloadRequest): Promise<void> {
    for (const file of request.files) {
      await rm(this.part(request, file), { force: true });
      await rm(this.partFacts(request, file), { force: true });
    }
  }

  /** Removes a finished download. Bytes that another commit's folder also shows stay. */
  async removeModel(request: DownloadRequest): Promise<void> {
    const repository = this.#repository(request);
    for (const file of request.files) {
      const name = this.snapshot(request, file);
      await rm(name, { force: true });
      await removeIfEmpty(path.dirname(name));
      if (!(await isLinked(path.join(repository, 'snapshots'), file.sha256)))
        await rm(this.blob(request, file), { force: true });
    }
    const snapshot = path.join(repository, 'snapshots', request.commit);
    if (!(await removeIfEmpty(snapshot))) return;
    const main = path.join(repository, 'refs', 'main');
    if ((await readFile(main, 'utf8').catch(() => '')).trim() === request.commit) await rm(main);
    for (const folder of ['refs', 'snapshots', 'blobs', '.']) await removeIfEmpty(path.join(repository, folder));
  }

  #repository({ repository }: DownloadRequest): string {
    return path.join(this.#root, `models--${repository.replace('/', '--')}`);
  }
}

/** Hugging Face's cache of this user: HF_HUB_CACHE, or `hub` in HF_HOME, or its usual place. */
export function hubCacheFolder(environment: NodeJS.ProcessEnv): string {
  const home = environment['HF_HOME'] ?? path.join(homedir(), '.cache', 'huggingface');
  return environment['HF_HUB_CACHE'] ?? path.join(home, 'hub');
}

/** Removes a folder with nothing in it. True if it is gone. */
async function removeIfEmpty(folder: string): Promise<boolean> {
  return await rmdir(folder).then(
    () => true,
    (error: unknown) => isMissing(error),
  );
}

/** Whether a link below `folder` leads to the blob. */
async function isLinked(folder: string, blob: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  for (const entry of entries.filter((each) => each.isSymbolicLink())) {
    const target = await readlink(path.join(entry.parentPath, entry.name));
    if (path.basename(target) === blob) return true;
  }
  return false;
}

/** The size of the file at a path, through links; undefined if there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A JSON file's value; undefined if it is missing or damaged. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return undefined;
    throw error;
  }
}
