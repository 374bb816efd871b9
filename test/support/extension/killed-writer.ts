import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import type { Random } from './seeded-edits.ts';

/** Runs `endless-writer.ts` and kills it while it writes. */
export class KilledWriter {
  readonly #script: string;
  readonly #kind: 'conversations' | 'pending' | 'checkpoints';
  readonly #folder: string;
  /** The number that is written next. */
  #next = 0;

  private constructor(script: string, kind: KilledWriter['kind'], folder: string) {
    this.#script = script;
    this.#kind = kind;
    this.#folder = folder;
  }

  get kind(): 'conversations' | 'pending' | 'checkpoints' {
    return this.#kind;
  }

  static async of(kind: KilledWriter['kind'], folder: string, scripts: string): Promise<KilledWriter> {
    const outfile = path.join(scripts, 'endless-writer.mjs');
    await build({
      entryPoints: [path.join(import.meta.dirname, 'endless-writer.ts')],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'warning',
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
    return new KilledWriter(outfile, kind, folder);
  }

  /**
   * Starts it where it was, and kills it at some moment after it has confirmed something. Returns the highest number
   * that it has confirmed; the next one may be there, whole or in part.
   */
  async kill(random: Random): Promise<number> {
    const args = [this.#script, this.#kind, this.#folder, String(this.#next)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = once(child, 'close');
    let printed = '';
    const wanted = 1 + random.below(12);
    const enough = new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (printed.split('\n').length > wanted) resolve();
      });
    });
    await Promise.race([enough, closed]);
    await delay(random.below(4));
    child.kill('SIGKILL');
    const [, signal] = (await closed) as [number | null, string | null];
    if (signal !== 'SIGKILL') throw new Error('The writer ended by itself.');
    const confirmed = Number(printed.split('\n').at(-2));
    this.#next = confirmed + 2;
    return confirmed;
  }
}
