import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The daemon's process, by its number. */
export interface DaemonProcess {
  /** Kills it at once, and notes why. Does nothing if it is gone, or another process has its number. */
  kill(pid: number, why: string): void;
  /** Waits for its end. False when it still runs after `limitMs`. */
  ended(pid: number, limitMs: number): Promise<boolean>;
}

/**
 * Processes of this machine. `script`: the file name that every daemon has on its command line. `log`: the file that
 * gets the notes.
 */
export function daemonProcesses(script: string, log: string): DaemonProcess {
  return {
    kill(pid, why) {
      if (!runsDaemon(pid, script)) return;
      try {
        process.kill(pid, 'SIGKILL');
        appendFileSync(log, `${new Date().toISOString()} warn The engine (process ${pid}) is ended: ${why}\n`);
      } catch {
        // It ended meanwhile, or the disk is full: neither changes what follows.
      }
    },
    async ended(pid, limitMs) {
      const pauseMs = 50;
      for (let waited = 0; runsDaemon(pid, script); waited += pauseMs) {
        if (waited >= limitMs) return false;
        await delay(pauseMs);
      }
      return true;
    },
  };
}

/** False also for a process that has ended and is not collected by its parent yet. */
function runsDaemon(pid: number, script: string): boolean {
  try {
    process.kill(pid, 0);
    // In a container that shares the state directory, the number may belong to another process.
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script);
  } catch {
    return false;
  }
}
