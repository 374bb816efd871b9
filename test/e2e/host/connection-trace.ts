import { readdirSync, readFileSync } from 'node:fs';

/** Strace's options that write every attempt to reach another address into `file`. */
export function traceOptions(file: string): string[] {
  return ['-f', '-qq', '--seccomp-bpf', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o', file];
}

export interface Attempt {
  /** The thread that made it. */
  readonly thread: number;
  readonly address: string;
}

/** Addresses of IP that were tried, read from strace's file; sockets of this machine's file system are left out. */
export function attemptsIn(file: string): Attempt[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const thread = Number(/^\d+/.exec(line)?.[0]);
      const addresses = line.matchAll(/inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"/g);
      return [...addresses].map((match) => ({ thread, address: match[1] ?? match[2] ?? '' }));
    });
}

export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
}

/** A process and its running descendants. */
export function familyOf(root: number): Set<number> {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => [Number(pid), parentOf(pid)]),
  );
  const family = new Set([root]);
  for (let size = 0; size < family.size;) {
    size = family.size;
    for (const [pid, parent] of parents) if (family.has(parent)) family.add(pid);
  }
  return family;
}

export function threadsOf(pid: number): number[] {
  return entries(`/proc/${pid}/task`).map(Number);
}

export function commandLineOf(pid: number): string {
  return text(`/proc/${pid}/cmdline`);
}

function parentOf(pid: string): number {
  const stat = text(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function entries(folder: string): string[] {
  return ifThere(() => readdirSync(folder), []);
}

function text(file: string): string {
  return ifThere(() => readFileSync(file, 'utf8'), '');
}

/** Processes end while they are looked at. */
function ifThere<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return otherwise;
    throw error;
  }
}
