import { existsSync, renameSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileLock } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import { readDiscovery, removeDiscovery } from './discovery-file.ts';
import type { DiscoveryRecord } from './discovery-file.ts';
import type { StateFiles } from './state-directory.ts';

/** The outcome of a start: this process is the daemon, another one is and answers, or the wait was given up. */
export type Claim =
  | {
      readonly kind: 'won';
      readonly lock: FileLock;
      /** A daemon before this one ended without cleaning up. */
      readonly afterCrash: boolean;
    }
  | { readonly kind: 'taken'; readonly running: DiscoveryRecord }
  | { readonly kind: 'stopped' };

export interface ClaimOptions {
  /** Takes the lock that the operating system holds; undefined when another process has it. */
  lockFile(file: string): FileLock | undefined;
  /** Whether the daemon of that record answers. */
  answers(record: DiscoveryRecord): Promise<boolean>;
  log(text: string): void;
  /** How long to wait for a daemon that is starting or stopping; it may be loading a large model. */
  readonly patienceMs: number;
  /** Aborted: wait no longer. */
  readonly signal: AbortSignal;
}

/**
 * Decides who is the daemon of a state directory. Authority is the lock alone: the discovery file only says where the
 * holder is, and the loser never touches it or the holder. Throws `daemon.unreachable` when the holder never answers.
 */
export async function claimStateDirectory(files: StateFiles, options: ClaimOptions): Promise<Claim> {
  const end = Date.now() + options.patienceMs;
  let told = false;
  while (!options.signal.aborted) {
    const lock = options.lockFile(files.lock);
    if (lock !== undefined) {
      // A file that is here now is of a process that died: the lock is ours.
      removeDiscovery(files.discovery);
      const afterCrash = existsSync(files.log);
      if (afterCrash) renameSync(files.log, files.crashLog);
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
