import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

export interface ThreadCount {
  /** Threads that may compute. */
  readonly most: number;
  /** Threads that compute at first. */
  readonly first: number;
}

/** What threads can run on. */
export interface Processors {
  /** Physical cores that this process may use. */
  readonly cores: number;
  /** Hardware threads that it may use: one or two per core. */
  readonly available: number;
}

/**
 * How many threads compute: `wanted`, at most one per processor, because the threads of a step wait for each other and
 * one without a processor holds up all. Or else one per physical core, because two threads on one core share its
 * arithmetic units and memory bandwidth; one core is then left to the editor. `adapts`: a ThreadGovernor may add that
 * core when it is idle.
 */
export function threadCount(
  wanted: number | undefined,
  adapts: boolean,
  { cores, available }: Processors = processorsHere(),
): ThreadCount {
  if (wanted !== undefined) {
    const most = Math.min(wanted, available);
    return { most, first: adapts ? Math.min(most, cores) : most };
  }
  const first = Math.max(1, cores - 1);
  return { most: adapts ? cores : first, first };
}

function processorsHere(): Processors {
  const available = availableParallelism();
  if (process.platform === 'linux')
    return { available, cores: coresOf(available, (file) => readFileSync(file, 'utf8')) };
  return { available, cores: process.arch === 'x64' && available > 4 ? Math.ceil(available / 2) : available };
}

/**
 * Physical cores of the processors that this process may use, as Linux lists them in /proc and /sys; at most
 * `available`.
 */
export function coresOf(available: number, read: (file: string) => string): number {
  try {
    const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(read('/proc/self/status'))?.[1] ?? '';
    const siblings = processors(allowed).map((cpu) =>
      read(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`).trim(),
    );
    const cores = new Set(siblings).size;
    // A sandbox may show wrong files: no core has more than eight threads.
    return cores > 0 && siblings.length <= cores * 8 ? Math.min(cores, available) : available;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return available;
  }
}

/** The numbers in a list like `0-3,8`. */
function processors(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const range = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (range === null) return [];
    const first = Number(range[1]);
    return Array.from({ length: Number(range[2] ?? first) - first + 1 }, (_, at) => first + at);
  });
}
