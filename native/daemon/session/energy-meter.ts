import type { EnergyUse } from '../../protocol/generation.ts';

/** Counters that only grow. */
export interface EnergyCounters {
  /** Seconds of processor time that this process has taken. */
  cpuSeconds(): number;
  /** Energy of the processors in joules, and the seconds that all programs computed; undefined: it is not measured. */
  readonly machine?: () => { readonly joules: number; readonly busySeconds: number };
}

interface Use {
  cpuSeconds: number;
  joules: number;
}

/**
 * What each request costs while several run: between two ends of requests, those that run have equal shares of the
 * processor time of the process, and the process has its share of the machine's energy.
 */
export class EnergyMeter {
  readonly #counters: EnergyCounters;
  readonly #running = new Set<Use>();
  #cpuSeconds = 0;
  #machine = { joules: 0, busySeconds: 0 };

  constructor(counters: EnergyCounters) {
    this.#counters = counters;
  }

  /** A request begins. Call what is returned at its end; called again, it says the same. */
  begin(): () => EnergyUse {
    this.#divide();
    const use: Use = { cpuSeconds: 0, joules: 0 };
    this.#running.add(use);
    return () => {
      if (this.#running.has(use)) this.#divide();
      this.#running.delete(use);
      const { cpuSeconds, joules } = use;
      return this.#counters.machine === undefined ? { cpuSeconds } : { cpuSeconds, joules };
    };
  }

  /** Divides what was used since the last call among the requests that run. */
  #divide(): void {
    const cpuSeconds = this.#counters.cpuSeconds();
    const machine = this.#counters.machine?.() ?? this.#machine;
    const used = Math.max(0, cpuSeconds - this.#cpuSeconds);
    // The machine counts its time in coarser steps than the process.
    const busy = Math.max(used, machine.busySeconds - this.#machine.busySeconds);
    const joules = Math.max(0, machine.joules - this.#machine.joules) * (busy === 0 ? 0 : used / busy);
    for (const use of this.#running) {
      use.cpuSeconds += used / this.#running.size;
      use.joules += joules / this.#running.size;
    }
    this.#cpuSeconds = cpuSeconds;
    this.#machine = machine;
  }
}
