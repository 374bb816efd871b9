import { watch, type FSWatcher } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { replacePrivateFile } from '../context/private-file.ts';
import { readJson } from './download-folder.ts';
import { readRequest, type DownloadRequest } from './download-request.ts';

/** What the user wants of a download. Written by the window in which they said so. */
export interface DownloadWish {
  readonly request: DownloadRequest;
  readonly want: 'run' | 'pause' | 'cancel';
  /** Counts how often it was started or resumed: what came of an earlier attempt no longer counts. */
  readonly attempt: number;
  /** Its place in the line: when it was added, in milliseconds since 1970. */
  readonly added: number;
}

const progress = z.object({
  attempt: z.int(),
  phase: z.enum(['waiting', 'running', 'paused', 'checking', 'done', 'failed']),
  bytes: z.number(),
  bytesPerSecond: z.number().optional(),
  secondsLeft: z.number().optional(),
  error: z.string().optional(),
  file: z.string().optional(),
});

/** How far a download is. Written by the window that downloads. */
export type DownloadProgress = Readonly<z.infer<typeof progress>>;

export interface StoredDownload {
  readonly id: string;
  readonly wish: DownloadWish;
  readonly progress: DownloadProgress | undefined;
}

const wish = z.object({
  request: z.unknown(),
  want: z.enum(['run', 'pause', 'cancel']),
  attempt: z.int(),
  added: z.number(),
});
const wishEnd = '.download.json';
const progressEnd = '.progress.json';

/**
 * The downloads of this user, for all windows: two files each, one for what is wanted and one for how far it is, so
 * that two windows never write the same one. Each is replaced as a whole.
 */
export class DownloadStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** In the order in which they were added. Damaged files are left out. */
  async list(): Promise<StoredDownload[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const found: StoredDownload[] = [];
    for (const name of names.filter((each) => each.endsWith(wishEnd))) {
      const id = name.slice(0, -wishEnd.length);
      const read = wish.safeParse(await readJson(path.join(this.#folder, name)));
      const request = readRequest(read.data?.request);
      if (read.data === undefined || request === undefined) continue;
      const far = progress.safeParse(await readJson(this.#file(id, progressEnd)));
      found.push({ id, wish: { ...read.data, request }, progress: far.data });
    }
    return found.toSorted((a, b) => a.wish.added - b.wish.added);
  }

  async setWish(id: string, wanted: DownloadWish): Promise<void> {
    await replacePrivateFile(this.#file(id, wishEnd), [JSON.stringify(wanted)]);
  }

  async setProgress(id: string, far: DownloadProgress): Promise<void> {
    await replacePrivateFile(this.#file(id, progressEnd), [JSON.stringify(far)]);
  }

  async remove(id: string): Promise<void> {
    await rm(this.#file(id, wishEnd), { force: true });
    await rm(this.#file(id, progressEnd), { force: true });
  }

  /** Calls back when another window may have written. Where the system watches no folders, it never calls. */
  async watch(listener: () => void): Promise<{ dispose(): void }> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    let watcher: FSWatcher | undefined;
    try {
      watcher = watch(this.#folder, { persistent: false }, listener);
      watcher.on('error', () => watcher?.close());
    } catch {
      // Without it the queue still looks from time to time.
    }
    return { dispose: () => watcher?.close() };
  }

  #file(id: string, end: string): string {
    return path.join(this.#folder, `${id}${end}`);
  }
}
