import { existsSync, renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileLock } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import { readDiscovery, removeDiscovery } from './discovery-file.ts';
import type { DiscoveryRecord } from './discovery-file.ts';
import type { StateFiles } from './state-directory.ts';

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
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/**
 * Decides which process is the daemon of a state directory. Only the lock decides: the discovery file just says where
 * its holder is, and a process without the lock never changes it. Throws `daemon.unreachable` when the holder never
 * answers.
 */
export async function claimStateDirectory(files: StateFiles, options: ClaimOptions): Promise<Claim> {
  const end = Date.now() + options.patienceMs;
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
    if (running !== undefined && (await options.answers(running))) return { kind: 'taken', running };
    if (Date.now() > end) {
      throw new CodedError(
        'daemon.unreachable',
        `Another daemon holds ${files.directory} but does not answer. End it, or choose another --state-dir.`,
      );
    }
    if (!told) options.log('Another daemon is starting or stopping in this state directory: waiting for it.');
    told = true;
    await delay(100);
  }
  return { kind: 'stopped' };
}

/** Keeps the log of a daemon that died. Without it, too, a new daemon starts. */
function keepLog(files: StateFiles, { log }: ClaimOptions): void {
  try {
    renameSync(files.log, files.crashLog);
  } catch (error) {
    log(`The log of the daemon before this one cannot be kept: ${String(error)}`);
  }
}
