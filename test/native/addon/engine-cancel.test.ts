import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { heldTokens } from '../../support/engine/engine-sequences.ts';
import { filler, Nano, run, runAlone, start } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
});

afterAll(() => nano.model.close());

test('a cancel keeps the micro-batches that were finished', async () => {
  const request = start(engine, { tokens: filler(2000), generateMax: 1 });
  await request.seen('progress');
  engine.cancel(request.id);
  const { done, events } = await request.reply;
  expect(done).toMatchObject({ reason: 'cancelled', generated: 0 });
  expect(done.position).toBeGreaterThanOrEqual(128);
  expect(done.position).toBeLessThan(2000);
  expect(done.position % 128).toBe(0);
  expect(await heldTokens(engine, 0)).toBe(done.position);
  expect(events.flatMap((event) => (event.kind === 'progress' ? [event.computed] : [])).at(-1)).toBe(done.position);

  // What was kept is sound: continuing from it gives the same as the whole prompt.
  const rest = await runAlone(engine, {
    tokens: filler(2000).slice(done.position),
    position: done.position,
    generateMax: 4,
  });
  expect(rest.done.position).toBe(2003);
});

test('the cancel of a prompt does not change the replies of others', async () => {
  // The other tokens of a batch move log probabilities by up to 0.1: only a reply with clear margins stays the same.
  const talk = { tokens: nano.question('Count.'), generateMax: 40, ignoreEndOfGeneration: true, logprobs: 2 };
  const alone = await runAlone(engine, talk);
  const margins = alone.logprobs.map(({ topLogprobs: [first = 0, second = 0] }) => first - second);
  expect(Math.min(...margins)).toBeGreaterThan(1);
  const talking = start(engine, { ...talk, sequence: 1 });
  await talking.seen('tokens');
  for (let round = 0; round < 3; round++) {
    const prompt = start(engine, { tokens: filler(3000, round), generateMax: 1 });
    await prompt.seen('progress');
    engine.cancel(prompt.id);
    expect((await prompt.reply).done.reason).toBe('cancelled');
    await engine.removeSequence(0, 0, -1);
  }
  const reply = await talking.reply;
  await engine.removeSequence(1, 0, -1);
  expect(reply.done).toMatchObject({ reason: 'length', generated: 40 });
  expect(reply.tokens).toEqual(alone.tokens);
});

test('cancels a running and a queued request, and ignores ended and unknown ones', async () => {
  const talking = start(engine, { tokens: filler(8), generateMax: 100_000, ignoreEndOfGeneration: true });
  await talking.seen('tokens');
  engine.cancel(talking.id);
  const { done, tokens } = await talking.reply;
  expect(done).toMatchObject({ reason: 'cancelled', generated: tokens.length, position: 8 + tokens.length - 1 });

  // It cannot end by itself before the cancel comes, however busy the machine is.
  const queued = start(engine, {
    tokens: filler(8),
    sequence: 2,
    generateMax: 100_000,
    ignoreEndOfGeneration: true,
  });
  engine.cancel(queued.id);
  expect((await queued.reply).done.reason).toBe('cancelled');
  engine.cancel(queued.id);
  engine.cancel(4_000_000_000);
  for (const sequence of [0, 2]) await engine.removeSequence(sequence, 0, -1);
});

test('the cancel of a stalled request tells how much its sequence holds, even when it was emptied', async () => {
  for (const [from, position] of [
    [0, 0],
    [3, 3],
    [11, 11],
  ] as const) {
    const stalled = start(engine, { tokens: filler(8), sequence: 3, granted: 4, ignoreEndOfGeneration: true });
    await stalled.seen('stalled');
    await engine.removeSequence(3, from, -1);
    engine.cancel(stalled.id);
    expect((await stalled.reply).done).toMatchObject({ reason: 'cancelled', generated: 4, position });
    await engine.removeSequence(3, 0, -1);
  }
});

test('a thousand cancels at random moments leave nothing behind', async () => {
  let state = 12345;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  const counts: Record<string, number> = {};
  const cancelSome = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 4) {
      await Promise.all(
        [0, 1, 2, 3].map(async (sequence) => {
          const request = start(engine, {
            tokens: filler(1 + random(300), done),
            sequence,
            priority: random(3),
            generateMax: random(20),
            granted: 1 + random(20),
            stopStrings: ['zzzz'],
          });
          const wait = random(6);
          if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
          engine.cancel(request.id);
          const { done: end } = await request.reply;
          counts[end.reason] = (counts[end.reason] ?? 0) + 1;
          expect(await heldTokens(engine, sequence)).toBe(end.position);
          await engine.removeSequence(sequence, 0, -1);
        }),
      );
    }
  };
  await cancelSome(300);
  const before = process.memoryUsage().rss;
  await cancelSome(700);
  const grown = process.memoryUsage().rss - before;

  expect(counts['failed']).toBeUndefined();
  expect(counts['cancelled']).toBeGreaterThan(100);
  expect(grown).toBeLessThan(32 * 1024 * 1024);
  expect((await run(engine, { tokens: nano.question('Fix the failing test.'), generateMax: 5 })).done.reason).toBe(
    'length',
  );
});
