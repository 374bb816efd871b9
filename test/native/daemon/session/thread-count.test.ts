// /proc and /sys are texts by their path.
import { describe, expect, it } from 'vitest';
import { coresOf, threadCount } from '../../../../native/daemon/session/thread-count.ts';

/** `siblings` by processor; only `allowed` may be used. */
const machine = (allowed: string, siblings: Readonly<Record<number, string>>) => (file: string) => {
  if (file === '/proc/self/status') return `Name:\tnode\nCpus_allowed_list:\t${allowed}\nMems_allowed:\t1\n`;
  const cpu = Number(/cpu(\d+)\/topology\/thread_siblings_list$/.exec(file)?.[1]);
  const text = siblings[cpu];
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return `${text}\n`;
};

describe('the cores that a process may use', () => {
  it('are counted once for all their threads', () => {
    const eight = Object.fromEntries(Array.from({ length: 16 }, (_, cpu) => [cpu, `${cpu % 8},${(cpu % 8) + 8}`]));
    expect(coresOf(16, machine('0-15', eight))).toBe(8);
    expect(coresOf(8, machine('0-7', eight))).toBe(8);
    expect(coresOf(4, machine('0-1,8-9', eight))).toBe(2);
    expect(coresOf(2, machine('0-1', { 0: '0-1', 1: '0-1' }))).toBe(1);
  });

  it('may be of two kinds', () => {
    const hybrid = { 0: '0-1', 1: '0-1', 2: '2-3', 3: '2-3', 4: '4', 5: '5', 6: '6', 7: '7' };
    expect(coresOf(8, machine('0-7', hybrid))).toBe(6);
  });

  it('are as many as there are processors where the system does not say, or says what cannot be', () => {
    expect(coresOf(6, machine('0-5', {}))).toBe(6);
    const one = Object.fromEntries(Array.from({ length: 64 }, (_, cpu) => [cpu, '0-63']));
    expect(coresOf(64, machine('0-63', one))).toBe(64);
  });
});

describe('the threads that compute', () => {
  const eight = { cores: 8, available: 16 };
  const two = { cores: 2, available: 2 };

  it('are all cores in the end, one of them later, where the engine adapts', () => {
    expect(threadCount(undefined, true, eight)).toEqual({ most: 8, first: 7 });
    expect(threadCount(undefined, false, eight)).toEqual({ most: 7, first: 7 });
    expect(threadCount(undefined, true, { cores: 1, available: 2 })).toEqual({ most: 1, first: 1 });
  });

  it('are as many as were asked for, but begin with no more than there are cores', () => {
    expect(threadCount(4, true, eight)).toEqual({ most: 4, first: 4 });
    expect(threadCount(12, true, eight)).toEqual({ most: 12, first: 8 });
    expect(threadCount(12, false, eight)).toEqual({ most: 12, first: 12 });
  });

  it('are held to the processors', () => {
    expect(threadCount(64, true, eight)).toEqual({ most: 16, first: 8 });
    expect(threadCount(64, true, two)).toEqual({ most: 2, first: 2 });
    expect(threadCount(64, false, two)).toEqual({ most: 2, first: 2 });
  });
});
