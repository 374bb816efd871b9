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

test('a fast model wakes JavaScript as often as a reader can follow, not for every token', async () => {
  const started = performance.now();
  const reply = await run(engine, { tokens: filler(8), generateMax: 400, ignoreEndOfGeneration: true });
  const elapsed = performance.now() - started;
  const batches = reply.events.filter(({ kind }) => kind === 'tokens');
  expect(reply.tokens).toHaveLength(400);
  // One for each 50 ms, beside the first token and the end.
  expect(batches.length).toBeLessThanOrEqual(elapsed / 50 + 2);
  await engine.removeSequence(0, 0, -1);
});

test('as many tokens at the beginning as are wanted do not wait for company, although something was told just before', async () => {
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
  // A busy machine may wake JavaScript late, but not each time.
  expect(Math.min(...firsts)).toBeLessThanOrEqual(3);
  expect(Math.min(...seconds)).toBeLessThanOrEqual(6);
});
