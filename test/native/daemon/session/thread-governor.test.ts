// The engine is a pair of clocks on a machine with so many cores, of which other programs take some.
import { describe, expect, it } from 'vitest';
import type { NativeCounters } from '../../../../native/addon/contract.ts';
import { ThreadGovernor } from '../../../../native/daemon/session/thread-governor.ts';

class Machine {
  readonly changes: number[] = [];
  readonly governor: ThreadGovernor;
  /** Cores that other programs take. */
  taken = 0;
  readonly #cores: number;
  #threads: number;
  #wall = 0;
  #cpu = 0;

  constructor(cores: number, threads = cores, first = threads) {
    this.#cores = cores;
    this.#threads = threads;
    this.governor = new ThreadGovernor(
      {
        counters: () =>
          ({
            decodes: 0,
            decodesAborted: 0,
            tokensPrefilled: 0,
            tokensGenerated: 0,
            busySeconds: this.#wall,
            threads: 1,
            busyCpuSeconds: this.#cpu,
          }) satisfies NativeCounters,
        setThreads: (count) => {
          this.#threads = count;
          this.changes.push(count);
        },
      },
      { most: threads, first },
    );
  }

  run(seconds: number): void {
    for (let step = 0; step < seconds * 40; step++) {
      this.#wall += 1 / 40;
      // Who wants more than there is shares it evenly.
      const wanted = this.#threads + this.taken;
      this.#cpu += (this.#threads * Math.min(1, this.#cores / wanted)) / 40;
      this.governor.look();
    }
  }
}

describe('ThreadGovernor', () => {
  it('leaves a quiet machine alone', () => {
    const machine = new Machine(8, 7);
    machine.run(30);
    expect(machine.changes).toEqual([]);
  });

  it('begins with a core left to others, and takes it too where nobody wants it', () => {
    const idle = new Machine(8, 8, 7);
    idle.run(2);
    expect(idle.changes).toEqual([8]);
    const two = new Machine(2, 2, 1);
    two.taken = 1;
    two.run(60);
    expect(two.changes[0]).toBe(2);
    expect(two.changes.length).toBeLessThan(20);
    expect(two.governor.threads).toBe(1);
  });

  it('takes what is left when other programs want the cores', () => {
    const two = new Machine(2);
    two.taken = 4;
    two.run(1);
    expect(two.governor.threads).toBe(1);
    const eight = new Machine(8, 7);
    eight.taken = 8;
    eight.run(2);
    expect(eight.governor.threads).toBeLessThanOrEqual(4);
  });

  it('comes back within seconds when they are done', () => {
    const machine = new Machine(8, 7);
    machine.taken = 16;
    machine.run(5);
    expect(machine.governor.threads).toBeLessThan(3);
    machine.taken = 0;
    machine.run(5);
    expect(machine.governor.threads).toBe(7);
  });

  it('tries more threads ever more rarely while one other program stays', () => {
    const machine = new Machine(2);
    machine.taken = 1;
    machine.run(10);
    const early = machine.changes.filter((threads) => threads === 2).length;
    machine.run(100);
    const late = machine.changes.filter((threads) => threads === 2).length - early;
    expect(early).toBeGreaterThan(0);
    expect(late).toBeLessThanOrEqual(10);
    expect(machine.governor.threads).toBe(1);
  });

  it('bears a short burst without giving up a thread of eight', () => {
    const machine = new Machine(8);
    machine.taken = 0.05;
    machine.run(10);
    expect(machine.changes).toEqual([]);
  });

  it('does nothing where the system does not say what the process used', () => {
    const changes: number[] = [];
    let wall = 0;
    const governor = new ThreadGovernor(
      {
        counters: () => ({
          decodes: 0,
          decodesAborted: 0,
          tokensPrefilled: 0,
          tokensGenerated: 0,
          busySeconds: wall,
          threads: 1,
          busyCpuSeconds: 0,
        }),
        setThreads: (count) => changes.push(count),
      },
      { most: 8, first: 8 },
    );
    for (; wall < 10; wall += 0.1) governor.look();
    expect(changes).toEqual([]);
  });
});
