import { readFileSync } from 'node:fs';

/** Whether a process still runs. One that is dead but not waited for (a zombie: its parent died first) does not. */
export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ESRCH' || code === 'ENOENT') return false;
    throw error;
  }
}
