import type { NativeEngine } from '../../addon/contract.ts';
import type { IdleReading } from './idle-cores.ts';
import type { ThreadCount } from './thread-count.ts';

/** Seconds of computing between two decisions. A step of a long prompt takes longer, so every one is a decision. */
const windowSeconds = 0.2;
/** One more thread is worth trying if it would have this much of a core. */
const freeCoresMin = 0.6;
/** Missing cores below this are noise. */
const quietCores = 0.15;
/** Windows with a free core before more threads are tried: at first, at most. Doubled each time it was too early. */
const patienceMin = 1;
const patienceMax = 64;
/** More threads have proved good after this many windows. */
const provenWindows = 2;

/**
 * Keeps the engine fast while other programs (a build, the tests) want the same cores. The threads of a step wait for
 * each other many hundred times, by spinning: one that has lost its core holds up all of them, and two threads on a
 * busy machine can be ten times slower than one. The CPU time that the process did not get tells how many cores were
 * missing. Then fewer threads compute. More are used as soon as the machine's idle time says that a core is free, and
 * after a longer wait each time that was too early.
 */
export class ThreadGovernor {
  readonly #engine: Pick<NativeEngine, 'counters' | 'setThreads'>;
  readonly #readIdle: () => IdleReading;
  readonly #max: number;
  #threads: number;
  #seen = { wall: 0, cpu: 0 };
  #idle: IdleReading;
  #roomy = 0; // windows with a free core, since the last change or the last one without
  #held = 0; // windows since the last change
  #patience = patienceMin;
  #trying = false; // the last change was to more threads, and they have not proved good yet
  #pending = false; // the last change may not be in force: when it was made, the next step had begun

  /** The engine was created with these thread counts. */
  constructor(
    engine: Pick<NativeEngine, 'counters' | 'setThreads'>,
    { most, first }: ThreadCount,
    readIdle: () => IdleReading,
  ) {
    this.#engine = engine;
    this.#readIdle = readIdle;
    this.#max = most;
    this.#threads = first;
    this.#idle = readIdle();
  }

  get threads(): number {
    return this.#threads;
  }

  /** Reads the clocks and decides. Call it at any rate while the engine computes. */
  look(): void {
    if (this.#max === 1) return;
    const { busySeconds, busyCpuSeconds } = this.#engine.counters();
    const wall = busySeconds - this.#seen.wall;
    const cpu = busyCpuSeconds - this.#seen.cpu;
    if (wall < windowSeconds) return;
    this.#seen = { wall: busySeconds, cpu: busyCpuSeconds };
    const missing = this.#threads - cpu / wall;
    const free = this.#freeCores(cpu) ?? (missing < quietCores ? 1 : 0);
    // A window with a step of the old number would say that as many cores are missing as were added.
    if (cpu > 0 && !this.#pending) this.#decide(missing, free);
    else this.#pending = false;
  }

  /**
   * Cores that neither other programs nor the engine's threads use, since the last reading; undefined where the system
   * does not say. The engine's own time is taken out, so a pause between two requests does not look like free cores.
   */
  #freeCores(cpu: number): number | undefined {
    const before = this.#idle;
    this.#idle = this.#readIdle();
    const seconds = this.#idle.seconds - before.seconds;
    if (this.#idle.idleSeconds === 0 || seconds <= 0) return undefined;
    return (this.#idle.idleSeconds - before.idleSeconds + cpu) / seconds - this.#threads;
  }

  /** @param missing average number of cores that the threads wanted and did not get */
  #decide(missing: number, free: number): void {
    // Giving up one of n threads costs at most 1/n of the speed, so a larger loss makes it worthwhile.
    if (this.#threads > 1 && missing > 1 / this.#threads) {
      this.#patience = this.#trying ? Math.min(patienceMax, this.#patience * 2) : patienceMin;
      this.#change(Math.max(1, this.#threads - Math.max(1, Math.floor(missing))), false);
      return;
    }
    this.#held += 1;
    if (this.#held >= provenWindows) this.#trying = false;
    this.#roomy = free >= freeCoresMin ? this.#roomy + 1 : 0;
    if (this.#threads < this.#max && this.#roomy >= this.#patience)
      this.#change(Math.min(this.#max, this.#threads + Math.floor(free + 1 - freeCoresMin)), true);
  }

  #change(threads: number, trying: boolean): void {
    this.#threads = threads;
    this.#roomy = 0;
    this.#held = 0;
    this.#trying = trying;
    this.#pending = true;
    this.#engine.setThreads(threads);
  }
}
