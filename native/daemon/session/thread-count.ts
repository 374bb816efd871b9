import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export interface ThreadCount {
  /** Threads that may compute. */
  readonly most: number;
  /** How many begin. */
  readonly first: number;
}

/**
 * Threads that compute. When nobody says how many, one per physical core this process may use: two threads on one core
 * share its arithmetic units and its memory bandwidth. The threads of a step wait for each other, so one that has to
 * wait for its core holds up all of them: one core is left to the editor, where `adapts` until it is seen to be idle.
 */
export function threadCount(wanted: number | undefined, adapts: boolean): ThreadCount {
  if (wanted !== undefined) return { most: wanted, first: wanted };
  const cores = physicalCores();
  const first = Math.max(1, cores - 1);
  return { most: adapts ? cores : first, first };
}

function physicalCores(): number {
  const available = availableParallelism();
  const perCore = process.platform === 'linux' ? threadsPerCoreOnLinux() : process.arch === 'x64' && available > 4 ? 2 : 1;
  return Math.ceil(available / perCore);
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
