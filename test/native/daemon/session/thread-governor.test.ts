// The engine is a pair of clocks on a machine with so many cores, of which other programs take some.
import { describe, expect, it } from 'vitest';
import type { NativeCounters } from '../../../../native/addon/contract.ts';
import { readIdle } from '../../../../native/daemon/session/idle-cores.ts';
import { ThreadGovernor } from '../../../../native/daemon/session/thread-governor.ts';

interface MachineOptions {
  readonly threads?: number; // at most; default: the cores
  readonly first?: number;
  readonly saysIdle?: boolean; // default true
  /** Part of a core's time that a thread gets even where nobody else wants it: less than 1 on a shared host. */
  readonly share?: number;
}

class Machine {
  readonly changes: number[] = [];
  readonly governor: ThreadGovernor;
  /** Cores that other programs take. */
  taken = 0;
  /** Seconds of one step: of a reply's token, or of a long prompt's batch. */
  stepSeconds = 1 / 40;
  readonly #cores: number;
  readonly #share: number;
  #threads: number;
  /** The threads of the step that runs: it had begun when the last change was made. */
  #inForce: number;
  #now = 1000;
  #wall = 0;
  #cpu = 0;
  #idle = 500;

  constructor(cores: number, options: MachineOptions = {}) {
    const { threads = cores, first = threads, saysIdle = true, share = 1 } = options;
    this.#cores = cores;
    this.#share = share;
    this.#threads = this.#inForce = first;
    const counters = (): NativeCounters => ({
      decodes: 0,
      decodesAborted: 0,
      tokensPrefilled: 0,
      tokensGenerated: 0,
      busySeconds: this.#wall,
      threads: 1,
      busyCpuSeconds: this.#cpu,
    });
    const setThreads = (count: number): void => {
      this.#threads = count;
      this.changes.push(count);
    };
    this.governor = new ThreadGovernor({ counters, setThreads }, { most: threads, first }, () => ({
      seconds: this.#now,
      idleSeconds: saysIdle ? this.#idle : 0,
    }));
  }

  run(seconds: number): void {
    for (let at = 0; at < seconds; at += this.stepSeconds) this.step();
  }

  /** One step of the engine, and the look that follows it when the next step has begun. */
  step(): void {
    const seconds = this.stepSeconds;
    // Who wants more than there is shares it evenly.
    const threads = this.#inForce;
    const wanted = threads + this.taken;
    const got = Math.min(1, this.#cores / wanted) * this.#share;
    this.#wall += seconds;
    this.#now += seconds;
    this.#cpu += threads * got * seconds;
    this.#idle += Math.max(0, this.#cores - wanted) * seconds;
    this.#inForce = this.#threads;
    this.governor.look();
  }

  /** Time without a request. */
  pause(seconds: number): void {
    this.#now += seconds;
    this.#idle += Math.max(0, this.#cores - this.taken) * seconds;
  }
}

describe('ThreadGovernor', () => {
  it('leaves a quiet machine alone', () => {
    const machine = new Machine(8, { threads: 7 });
    machine.run(30);
    expect(machine.changes).toEqual([]);
  });

  it('begins with a core left to others, and takes it too where nobody wants it', () => {
    const idle = new Machine(8, { first: 7 });
    idle.run(1);
    expect(idle.changes).toEqual([8]);
    const two = new Machine(2, { first: 1 });
    two.taken = 1;
    two.run(60);
    expect(two.changes).toEqual([]);
  });

  it('uses the free core from the second step of a long prompt on', () => {
    const machine = new Machine(2, { first: 1 });
    machine.stepSeconds = 1.4;
    machine.step();
    expect(machine.changes).toEqual([2]);
    for (let step = 0; step < 30; step++) machine.step();
    expect(machine.changes).toEqual([2]);
  });

  it('follows the machine within one long prompt, down and up again', () => {
    const machine = new Machine(2, { first: 1 });
    machine.stepSeconds = 1.4;
    for (let step = 0; step < 5; step++) machine.step();
    expect(machine.governor.threads).toBe(2);
    machine.taken = 4;
    machine.step();
    expect(machine.governor.threads).toBe(1);
    for (let step = 0; step < 5; step++) machine.step();
    expect(machine.changes).toEqual([2, 1]);
    machine.taken = 0;
    machine.step();
    expect(machine.changes).toEqual([2, 1, 2]);
  });

  it('rises also where a host takes a part of every core, and stays up', () => {
    const machine = new Machine(2, { first: 1, share: 0.8 });
    machine.stepSeconds = 1.4;
    for (let step = 0; step < 30; step++) machine.step();
    expect(machine.changes).toEqual([2]);
  });

  it('takes all free cores in the first window that is free of others', () => {
    const machine = new Machine(8);
    machine.taken = 16;
    machine.run(5);
    expect(machine.governor.threads).toBeLessThan(3);
    machine.changes.length = 0;
    machine.taken = 0;
    machine.run(0.8);
    // The window in which they end counts in part.
    expect(machine.changes.length).toBeLessThanOrEqual(2);
    expect(machine.governor.threads).toBe(8);
  });

  it('does not take a pause between two requests for free cores', () => {
    const machine = new Machine(2, { first: 1 });
    machine.taken = 1;
    for (let request = 0; request < 20; request++) {
      machine.run(0.5);
      machine.pause(30);
    }
    expect(machine.changes).toEqual([]);
  });

  it('takes what is left when other programs want the cores', () => {
    const two = new Machine(2);
    two.taken = 4;
    two.run(1);
    expect(two.governor.threads).toBe(1);
    const eight = new Machine(8, { threads: 7 });
    eight.taken = 8;
    eight.run(2);
    expect(eight.governor.threads).toBeLessThanOrEqual(4);
  });

  it('comes back within seconds when they are done', () => {
    const machine = new Machine(8, { threads: 7 });
    machine.taken = 16;
    machine.run(5);
    expect(machine.governor.threads).toBeLessThan(3);
    machine.taken = 0;
    machine.run(5);
    expect(machine.governor.threads).toBe(7);
  });

  it('tries more threads ever more rarely where free cores are promised and not given', () => {
    // The processors are idle, but a quota holds this process to one of them.
    const changes: number[] = [];
    let threads = 1;
    let wall = 0;
    let cpu = 0;
    const counters = (): NativeCounters => ({
      decodes: 0,
      decodesAborted: 0,
      tokensPrefilled: 0,
      tokensGenerated: 0,
      busySeconds: wall,
      threads,
      busyCpuSeconds: cpu,
    });
    const setThreads = (count: number): void => void changes.push((threads = count));
    const governor = new ThreadGovernor({ counters, setThreads }, { most: 2, first: 1 }, () => ({
      seconds: wall,
      idleSeconds: 1 + wall * 2 - cpu,
    }));
    const tries = (seconds: number): number => {
      changes.length = 0;
      for (const end = wall + seconds; wall < end; governor.look()) {
        wall += 0.25;
        cpu += 0.25;
      }
      return changes.filter((count) => count === 2).length;
    };
    expect(tries(20)).toBeGreaterThan(2);
    expect(tries(160)).toBeLessThanOrEqual(11);
  });

  it('tries also where the system does not say how idle it is', () => {
    const machine = new Machine(2, { first: 1, saysIdle: false });
    machine.run(1);
    expect(machine.changes).toEqual([2]);
    machine.taken = 4;
    machine.run(1);
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
      readIdle,
    );
    for (; wall < 10; wall += 0.1) governor.look();
    expect(changes).toEqual([]);
  });
});

describe('readIdle', () => {
  it('reads clocks that do not go back', () => {
    const [first, second] = [readIdle(), readIdle()];
    expect(first.idleSeconds).toBeGreaterThan(0);
    expect(second.idleSeconds).toBeGreaterThanOrEqual(first.idleSeconds);
    expect(second.seconds).toBeGreaterThanOrEqual(first.seconds);
  });
});
