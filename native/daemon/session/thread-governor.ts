import type { NativeEngine } from '../../addon/contract.ts';
import type { ThreadCount } from './thread-count.ts';

/** Seconds of computing between two decisions. */
const windowSeconds = 0.2;
/** Missing cores below this are noise: other threads of the process, the resolution of the clock. */
const quietCores = 0.15;
/** Quiet windows before more threads are tried: from 2, doubled each time it was too early, to 64. */
const patienceMin = 2;
const patienceMax = 64;

/**
 * Keeps the engine fast while other programs (a build, the tests) want the same cores. The threads of a step wait for
 * each other many hundred times, by spinning: one that has lost its core holds up all of them, and two threads on a
 * busy machine can be ten times slower than one. The CPU time that the process did not get tells how many cores were
 * missing. Then fewer threads compute, and more are tried again later, after a longer wait each time it was too early.
 */
export class ThreadGovernor {
  readonly #engine: Pick<NativeEngine, 'counters' | 'setThreads'>;
  readonly #max: number;
  #threads: number;
  #seen = { wall: 0, cpu: 0 };
  #quiet = 0; // windows without a core missing, since the last change
  #patience = patienceMin; // quiet windows before more threads are tried
  #trying = false; // whether the last change was to more threads

  /** The engine was created with these thread counts. */
  constructor(engine: Pick<NativeEngine, 'counters' | 'setThreads'>, { most, first }: ThreadCount) {
    this.#engine = engine;
    this.#max = most;
    this.#threads = first;
  }

  get threads(): number {
    return this.#threads;
  }

  /** Reads the engine's clocks and decides. Call it at any rate while the engine computes. */
  look(): void {
    if (this.#max === 1) return;
    const { busySeconds, busyCpuSeconds } = this.#engine.counters();
    const wall = busySeconds - this.#seen.wall;
    const cpu = busyCpuSeconds - this.#seen.cpu;
    if (wall < windowSeconds) return;
    this.#seen = { wall: busySeconds, cpu: busyCpuSeconds };
    if (cpu > 0) this.#decide(this.#threads - cpu / wall);
  }

  /** @param missing average number of cores that the threads wanted and did not get */
  #decide(missing: number): void {
    // Giving up one of n threads costs at most 1/n of the speed, so a larger loss makes it worthwhile.
    if (this.#threads > 1 && missing > 1 / this.#threads) {
      this.#patience = this.#trying ? Math.min(patienceMax, this.#patience * 2) : patienceMin;
      this.#change(Math.max(1, this.#threads - Math.max(1, Math.floor(missing))), false);
      return;
    }
    this.#quiet = missing < quietCores ? this.#quiet + 1 : 0;
    if (this.#trying && this.#quiet >= patienceMin) this.#trying = false;
    if (this.#threads < this.#max && this.#quiet >= this.#patience)
      this.#change(Math.min(this.#max, this.#threads * 2), true);
  }

  #change(threads: number, trying: boolean): void {
    this.#threads = threads;
    this.#quiet = 0;
    this.#trying = trying;
    this.#engine.setThreads(threads);
  }
}
