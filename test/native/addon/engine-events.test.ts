import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { filler, Nano, run, runAlone } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
});

afterAll(() => nano.model.close());

test('a fast model wakes JavaScript about twenty times a second, not for every token', async () => {
  const started = performance.now();
  const reply = await run(engine, { tokens: filler(8), generateMax: 400, ignoreEndOfGeneration: true });
  const elapsed = performance.now() - started;
  const batches = reply.events.filter(({ kind }) => kind === 'tokens');
  expect(reply.tokens).toHaveLength(400);
  // One call per 50 ms, and those of the first token and the end.
  expect(batches.length).toBeLessThanOrEqual(elapsed / 50 + 2);
  await engine.removeSequence(0, 0, -1);
});

test('the eager tokens are sent at once, even just after another event', async () => {
  const firsts: number[] = [];
  const seconds: number[] = [];
  for (let round = 0; round < 10; round++) {
    const { events } = await runAlone(engine, {
      tokens: filler(8, round),
      generateMax: 200,
      ignoreEndOfGeneration: true,
      eager: 2,
    });
    const [first = 0, ...rest] = events.flatMap((event) => (event.kind === 'tokens' ? [event.tokens.length] : []));
    firsts.push(first);
    seconds.push(first + (rest[0] ?? 0));
  }
  // A busy machine may wake JavaScript late, but not every time.
  expect(Math.min(...firsts)).toBeLessThanOrEqual(3);
  expect(Math.min(...seconds)).toBeLessThanOrEqual(6);
});
