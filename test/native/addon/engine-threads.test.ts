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

/** Threads that were at work on average, as far as the system let them. */
async function threadsAtWork(): Promise<number> {
  const before = engine.counters();
  await runAlone(engine, { tokens: filler(8), generateMax: 400, ignoreEndOfGeneration: true });
  const after = engine.counters();
  expect(after.busySeconds - before.busySeconds).toBeGreaterThan(0.01);
  return (after.busyCpuSeconds - before.busyCpuSeconds) / (after.busySeconds - before.busySeconds);
}

test('as many threads compute as were set last, and the reply is the same', async () => {
  const request = { tokens: nano.question('Fix the failing test.'), generateMax: 40 };
  const expected = await runAlone(engine, request);
  engine.setThreads(1);
  await engine.sequenceRange(0);
  expect(engine.counters().threads).toBe(1);
  // Two would be at work twice as long as the step takes; the runner's own threads are counted, too.
  expect(await threadsAtWork()).toBeLessThan(1.6);
  expect((await runAlone(engine, request)).tokens).toEqual(expected.tokens);
  engine.setThreads(2);
  expect((await runAlone(engine, request)).tokens).toEqual(expected.tokens);
});

test('asks for no more threads than the engine was made with', async () => {
  engine.setThreads(64);
  await engine.sequenceRange(0);
  expect(engine.counters().threads).toBe(2);
  expect(() => engine.setThreads(0)).toThrow('threads');
});
