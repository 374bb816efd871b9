import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { isProcessAlive } from '../../native/local/process-alive.ts';
import { readJson } from './download-folder.ts';

const beatMs = 2000;
/** A holder that has not beaten for so long, by the clock of the one who waits, is gone. */
const staleMs = 20_000;

const holder = z.object({ pid: z.int(), host: z.string(), free: z.boolean() });

/**
 * Decides which window downloads. The lock is a row of numbered files in a folder; the highest number holds it, and the
 * next number, which only one can create, takes it over: from a holder that let go, whose process has ended, or whose
 * heart no longer beats. So it survives kill -9, and needs no clock that two machines share.
 */
export class DownloadLock {
  readonly #folder: string;
  readonly #now: () => number;
  #mine: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The last beat that was seen of another holder, and when it was new. */
  #seen: { readonly number: number; readonly beat: number; readonly atMs: number } | undefined;

  /** `now`: a clock in milliseconds that never goes back. */
  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Takes the lock if nobody holds it. `onLost` is called if another takes it, as after a long suspension. */
  async tryTake(onLost: () => void): Promise<boolean> {
    if (this.#mine !== undefined) return true;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const numbers = await this.#numbers();
    const last = numbers.at(-1) ?? 0;
    if (last > 0 && (await this.#isHeld(last))) return false;
    const mine = last + 1;
    if (!(await this.#create(mine))) return false;
    if ((await this.#numbers()).at(-1) !== mine) {
      // Others have come and gone since the look at the folder, and one of them holds it.
      await rm(this.#file(mine), { force: true });
      return false;
    }
    this.#mine = mine;
    for (const number of numbers) await rm(this.#file(number), { force: true });
    this.#timer = setInterval(() => void this.#beat(onLost), beatMs);
    this.#timer.unref();
    return true;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    const mine = this.#mine;
    this.#mine = undefined;
    // On a full disk the file stays as it is: the process ends, or its heart has stopped.
    if (mine !== undefined) await writeFile(this.#file(mine), this.#text(true)).catch(() => undefined);
  }

  async #beat(onLost: () => void): Promise<void> {
    const mine = this.#mine;
    if (mine === undefined) return;
    const numbers = await this.#numbers().catch(() => [mine]);
    if (this.#mine !== mine) return;
    if (numbers.at(-1) === mine) {
      const time = new Date();
      await utimes(this.#file(mine), time, time).catch(() => undefined);
      return;
    }
    clearInterval(this.#timer);
    this.#mine = undefined;
    onLost();
  }

  async #isHeld(number: number): Promise<boolean> {
    const read = holder.safeParse(await readJson(this.#file(number)));
    if (read.success) {
      if (read.data.free) return false;
      if (read.data.host === hostname() && !isProcessAlive(read.data.pid)) return false;
    }
    const beat = await stat(this.#file(number)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (this.#seen?.number === number && this.#seen.beat === beat) return this.#now() - this.#seen.atMs < staleMs;
    this.#seen = { number, beat, atMs: this.#now() };
    return true;
  }

  async #create(number: number): Promise<boolean> {
    try {
      await writeFile(this.#file(number), this.#text(false), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }

  async #numbers(): Promise<number[]> {
    const names = await readdir(this.#folder);
    return names
      .filter((name) => /^\d{1,15}$/.test(name))
      .map(Number)
      .toSorted((a, b) => a - b);
  }

  #file(number: number): string {
    return path.join(this.#folder, String(number));
  }

  #text(free: boolean): string {
    return JSON.stringify({ pid: process.pid, host: hostname(), free });
  }
}
