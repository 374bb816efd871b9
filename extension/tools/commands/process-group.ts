import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { isMissing } from '../../workspace/file-errors.ts';
import type { Environment } from './command-environment.ts';
import { HostWatch } from './host-watch.ts';

export interface ProcessSpec {
  /** The program and its arguments. */
  readonly argv: readonly string[];
  readonly folder: string;
  readonly environment: Environment;
  readonly timeoutMs?: number;
  /** Windows: the arguments are quoted already. */
  readonly verbatim?: boolean;
}

export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly leftProcesses: boolean }
  | { readonly kind: 'timedOut' }
  | { readonly kind: 'stopped' }
  /** The program could not be started. */
  | { readonly kind: 'failed'; readonly missing: boolean; readonly message: string };

export interface RunningProcess {
  readonly ended: Promise<ProcessEnd>;
  /** Ends the program and everything it started; no effect after its end. */
  stop(): void;
}

/** Time from SIGTERM to SIGKILL. */
const graceMs = 3000;
/** The same for processes that a program left behind; zombies look alive during all of it. */
const leftGraceMs = 300;
/** The last output may arrive after the program's end. */
const drainMs = 250;

/**
 * Starts programs, each in a separate process group with stdin closed, and ends whole groups, also when this process is
 * killed. Owns: every process it started, until `dispose`. Does not own: what is run, what happens with the output.
 */
export class ProcessGroups {
  readonly #running = new Set<ProcessGroup>();
  readonly #watch = new HostWatch();

  /** `onOutput` gets the raw output of both streams, ANSI codes included. */
  start(spec: ProcessSpec, onOutput: (raw: string) => void, signal?: AbortSignal): RunningProcess {
    const group = new ProcessGroup(spec, onOutput);
    this.#running.add(group);
    const { pid } = group;
    if (pid !== undefined) this.#watch.add(pid);
    const stop = () => group.stop();
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    const ended = group.ended.finally(() => {
      this.#running.delete(group);
      if (pid !== undefined) this.#watch.remove(pid);
      signal?.removeEventListener('abort', stop);
    });
    return { ended, stop };
  }

  /** Ends all processes. Resolves when they are gone, after a second at the latest. */
  async dispose(): Promise<void> {
    const left = [...this.#running];
    for (const group of left) group.stop();
    await Promise.race([Promise.all(left.map((group) => group.ended)), delay(1000, undefined, { ref: false })]);
    for (const group of this.#running) group.kill();
    this.#watch.dispose();
  }
}

class ProcessGroup {
  readonly ended: Promise<ProcessEnd>;
  readonly #child: ChildProcess;
  #cut: 'timedOut' | 'stopped' | undefined;

  constructor(spec: ProcessSpec, onOutput: (raw: string) => void) {
    const [program = '', ...args] = spec.argv;
    this.#child = spawn(program, args, {
      cwd: spec.folder,
      env: { ...spec.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
      windowsVerbatimArguments: spec.verbatim === true,
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
    this.ended = this.#watch(program);
    if (spec.timeoutMs !== undefined) {
      const timer = setTimeout(() => this.#end('timedOut'), spec.timeoutMs);
      void this.ended.finally(() => clearTimeout(timer));
    }
  }

  /** The number of the process group; undefined if the program could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  stop(): void {
    this.#end('stopped');
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #end(how: 'timedOut' | 'stopped'): void {
    if (this.#cut !== undefined) return;
    this.#cut = how;
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    void this.ended.finally(() => clearTimeout(timer));
  }

  async #watch(program: string): Promise<ProcessEnd> {
    const child = this.#child;
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const exited = await new Promise<{ code: number } | Error>((resolve) => {
      child.once('error', resolve);
      child.once('exit', (code, signal) => resolve({ code: code ?? 128 + signalNumber(signal) }));
    });
    if (exited instanceof Error) {
      const missing = isMissing(exited);
      return { kind: 'failed', missing, message: missing ? `${program} was not found` : exited.message };
    }
    await Promise.race([closed, delay(drainMs)]);
    const leftProcesses = await this.#clear();
    await Promise.race([closed, delay(drainMs * 4)]);
    // A process that left the group may still hold the streams open.
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (this.#cut !== undefined) return { kind: this.#cut };
    return { kind: 'exited', code: exited.code, leftProcesses };
  }

  /** Ends processes that the program left behind; true if there were any. */
  async #clear(): Promise<boolean> {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (!this.#alive()) return signal === 'SIGKILL';
      this.#signal(signal);
      for (let waited = 0; waited < leftGraceMs && this.#alive(); waited += 20) await delay(20);
    }
    return true;
  }

  #alive(): boolean {
    return process.platform !== 'win32' && this.#signal(0);
  }

  /** Returns true if a process of the group got the signal. */
  #signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    if (process.platform === 'win32') {
      if (signal !== 0 && this.#child.exitCode === null)
        spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on('error', () =>
          this.#child.kill(),
        );
      return false;
    }
    try {
      return process.kill(-pid, signal);
    } catch (error) {
      // EPERM: only processes are left that took another user's rights.
      if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
      throw error;
    }
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return (
    { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15 }[
      signal as string
    ] ?? 0
  );
}
