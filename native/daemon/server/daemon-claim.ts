import { existsSync, renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileLock } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import { answerMs } from './daemon-probe.ts';
import { readDiscovery, removeDiscovery } from './discovery-file.ts';
import type { DiscoveryRecord } from './discovery-file.ts';
import type { StateFiles } from './state-directory.ts';

const pauseMs = 100;

/** The outcome of a start: this process is the daemon, another process is, or waiting was aborted. */
export type Claim =
  | {
      readonly kind: 'won';
      readonly lock: FileLock;
      readonly afterCrash: boolean; // the previous daemon ended without cleaning up
    }
  | { readonly kind: 'taken'; readonly running: DiscoveryRecord }
  | { readonly kind: 'stopped' };

export interface ClaimOptions {
  /** Takes an operating-system lock on the file; undefined when another process has it. */
  lockFile(file: string): FileLock | undefined;
  /** Whether the daemon that the record describes answers. */
  answers(record: DiscoveryRecord): Promise<boolean>;
  log(text: string): void;
  /** Milliseconds to wait for a daemon that is starting or stopping; it may be loading a large model. */
  readonly patienceMs: number;
  /** Milliseconds without an answer after which a daemon that has been ready counts as hung. */
  readonly hungMs: number;
  /** Ends the hung daemon that the record describes. False if its process cannot be told for sure. */
  end(record: DiscoveryRecord): boolean;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * Decides which process is the daemon of a state directory. Only the lock decides: the discovery file just says where
 * its holder is, and a process without the lock never changes it. A holder that has been ready and hangs is ended, and
 * frees the lock so. Throws `daemon.unreachable` when the holder never answers.
 */
export async function claimStateDirectory(files: StateFiles, options: ClaimOptions): Promise<Claim> {
  const end = Date.now() + options.patienceMs;
  const silence = new Silence();
  let told = false;
  while (!options.signal.aborted) {
    const lock = options.lockFile(files.lock);
    if (lock !== undefined) {
      // We hold the lock, so a discovery file can only be left over from a process that died.
      removeDiscovery(files.discovery);
      const afterCrash = existsSync(files.log);
      if (afterCrash) keepLog(files, options);
      return { kind: 'won', lock, afterCrash };
    }
    const running = readDiscovery(files.discovery);
    const asked = Date.now();
    if (running !== undefined && (await options.answers(running))) return { kind: 'taken', running };
    if (running !== undefined && silence.of(running.pid, Date.now() - asked) > options.hungMs) {
      const seconds = Math.round(options.hungMs / 1000);
      const ended = options.end(running);
      const fact = `The daemon that runs here (process ${running.pid}) has not answered for ${seconds} seconds`;
      options.log(ended ? `${fact}: it is ended and replaced.` : `${fact}, and its process cannot be found.`);
      silence.forget();
    }
    if (Date.now() > end) {
      throw new CodedError(
        'daemon.unreachable',
        `Another daemon holds ${files.directory} but does not answer. End it, or choose another --state-dir.`,
      );
    }
    if (!told) options.log('Another daemon is starting or stopping in this state directory: waiting for it.');
    told = true;
    await delay(pauseMs);
  }
  return { kind: 'stopped' };
}

/** How long a daemon has not answered. Time in which this process was suspended does not count. */
class Silence {
  #pid: number | undefined;
  #ms = 0;

  /** Counts a question to `pid` without an answer, and returns the milliseconds so far. */
  of(pid: number, askedMs: number): number {
    if (pid !== this.#pid) this.#ms = 0;
    this.#pid = pid;
    this.#ms += Math.min(askedMs, answerMs) + pauseMs;
    return this.#ms;
  }

  forget(): void {
    this.#ms = 0;
  }
}

/** Keeps the log of a daemon that died. Without it, too, a new daemon starts. */
function keepLog(files: StateFiles, { log }: ClaimOptions): void {
  try {
    renameSync(files.log, files.crashLog);
  } catch (error) {
    log(`The log of the daemon before this one cannot be kept: ${String(error)}`);
  }
}
