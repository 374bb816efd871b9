import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Threads that compute when nobody says how many: one per physical core this process may use, less one. Two threads on
 * one core share its arithmetic units and its memory bandwidth. The core that is left is the editor's: the threads of
 * a step wait for each other, so one that has to wait for its core holds up all of them.
 */
export function defaultThreads(): number {
  const available = availableParallelism();
  const perCore = process.platform === 'linux' ? threadsPerCoreOnLinux() : process.arch === 'x64' && available > 4 ? 2 : 1;
  return Math.max(1, Math.ceil(available / perCore) - 1);
}

function threadsPerCoreOnLinux(): number {
  try {
    // For example "0,8", "0-1" or "0".
    const siblings = readFileSync('/sys/devices/system/cpu/cpu0/topology/thread_siblings_list', 'utf8').trim();
    const range = /^(\d+)-(\d+)$/.exec(siblings);
    const count = range === null ? siblings.split(',').length : Number(range[2]) - Number(range[1]) + 1;
    // A sandbox may show as siblings what it does not give to this process.
    return count >= 1 && count < availableParallelism() ? count : 1;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return 1;
  }
}
