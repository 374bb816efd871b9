import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { filler, Nano, runAlone } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine({ threads: 2, threadsBatch: 2 });
});

afterAll(() => nano.model.close());

/** Commands take effect in order: when this one is done, so are those before it. */
function commandsDone(): Promise<boolean> {
  return engine.removeSequence(7, 0, -1);
}

/** Average number of threads that computed, as far as the system gave them time. */
async function threadsAtWork(): Promise<number> {
  const before = engine.counters();
  await runAlone(engine, { tokens: filler(8), generateMax: 400, ignoreEndOfGeneration: true });
  const after = engine.counters();
  expect(after.busySeconds - before.busySeconds).toBeGreaterThan(0.01);
  return (after.busyCpuSeconds - before.busyCpuSeconds) / (after.busySeconds - before.busySeconds);
}

test('setThreads() sets how many threads compute and does not change the reply', async () => {
  const request = { tokens: nano.question('Fix the failing test.'), generateMax: 40 };
  const expected = await runAlone(engine, request);
  engine.setThreads(1);
  await commandsDone();
  expect(engine.counters().threads).toBe(1);
  // Two threads would take twice the time of a step. The threads of the test runner count too.
  expect(await threadsAtWork()).toBeLessThan(1.6);
  expect((await runAlone(engine, request)).tokens).toEqual(expected.tokens);
  engine.setThreads(2);
  expect((await runAlone(engine, request)).tokens).toEqual(expected.tokens);
});

test('uses no more threads than the engine was created with', async () => {
  engine.setThreads(64);
  await commandsDone();
  expect(engine.counters().threads).toBe(2);
  expect(() => engine.setThreads(0)).toThrow('threads');
});
