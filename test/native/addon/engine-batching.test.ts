import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { heldTokens, restoreSequence, savedSequence } from '../../support/engine/engine-sequences.ts';
import { commonPrefix, filler, Nano, type Reply, run, runAlone, start } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;
let questions: Int32Array[];
/**
 * What the size of a batch costs in precision, because llama.cpp computes small ones by other kernels: the largest
 * difference of a token's log probability between prompts that were computed in batches of 128 and of 32 tokens. Each
 * runs alone, so no fault in the sharing of batches can hide in it.
 */
let noise = 0;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
  questions = ['Fix the failing test.', 'Rename add to sum.', 'What does this project do?', 'Add a test for head.'].map(
    (text) => nano.question(text),
  );
  const small = await nano.engine({ batchTokens: 32 });
  for (const question of questions) {
    const request = { tokens: Int32Array.from([...filler(200), ...question]), generateMax: 40, logprobs: 2 };
    noise = Math.max(noise, largestDifference(await runAlone(small, request), await runAlone(engine, request)));
  }
  await small.close();
});

afterAll(() => nano.model.close());

async function clear(): Promise<void> {
  for (let sequence = 0; sequence < 8; sequence++) await engine.removeSequence(sequence, 0, -1);
}

/** Of the log probabilities of the same token, at all steps before which the replies are equal. */
function largestDifference(actual: Reply, expected: Reply): number {
  const steps = Math.min(
    commonPrefix(actual.tokens, expected.tokens) + 1,
    actual.tokens.length,
    expected.tokens.length,
  );
  let largest = 0;
  for (let step = 0; step < steps; step++) {
    const [one, other] = [actual.logprobs[step]!, expected.logprobs[step]!];
    one.topTokens.forEach((token, at) => {
      const found = other.topTokens.indexOf(token);
      if (found >= 0) largest = Math.max(largest, Math.abs(one.topLogprobs[at]! - other.topLogprobs[found]!));
    });
  }
  return largest;
}

/**
 * Expects probabilities that differ by little more than noise, and equal tokens up to the first step at which noise
 * decides between the best two.
 */
function expectSame(actual: Reply, expected: Reply): void {
  const same = commonPrefix(actual.tokens, expected.tokens);
  expect(largestDifference(actual, expected), `up to step ${same}`).toBeLessThanOrEqual(2 * noise);
  if (same === Math.min(actual.tokens.length, expected.tokens.length)) {
    expect(actual.tokens).toEqual(expected.tokens);
    return;
  }
  expect([...expected.logprobs[same]!.topTokens], `differs at step ${same}`).toContain(actual.tokens[same]);
  const [first = 0, second = 0] = expected.logprobs[same]!.topLogprobs;
  expect(first - second, `differs at step ${same}`).toBeLessThanOrEqual(2 * noise);
}

test('says what it is', () => {
  expect(engine.info).toMatchObject({ cells: 8192, sequencesMax: 8 });
  expect(engine.info.kvBytes).toBeGreaterThan(0);
  expect(engine.info.computeBytes).toBeGreaterThan(0);
});

test('answers a question and ends with the end token', async () => {
  const tokens = nano.question('Write a function that adds two numbers.');
  const reply = await runAlone(engine, { tokens });
  expect(nano.text(reply.tokens)).toMatch(/<\|im_end\|>$/);
  expect(reply.done).toMatchObject({
    reason: 'end',
    generated: reply.tokens.length,
    position: tokens.length + reply.tokens.length - 1,
  });
  expect(reply.done.prefillMs).toBeGreaterThan(0);
});

test('repeats itself exactly when it runs alone', async () => {
  const request = { tokens: nano.question('Fix the failing test.'), generateMax: 40 };
  const first = await runAlone(engine, request);
  const second = await runAlone(engine, request);
  expect(second.tokens).toEqual(first.tokens);
});

test('gives the same reply alone and beside others', async () => {
  const alone: Reply[] = [];
  for (const tokens of questions) alone.push(await runAlone(engine, { tokens, generateMax: 40, logprobs: 2 }));

  const together = await Promise.all(
    questions.map((tokens, sequence) => run(engine, { tokens, sequence, generateMax: 40, logprobs: 2 })),
  );
  together.forEach((reply, index) => expectSame(reply, alone[index]!));
  await clear();
});

test('gives exactly the same reply whatever the other sequences hold', async () => {
  const beside = async (seed: number): Promise<Reply> => {
    for (const sequence of [1, 2, 3])
      await run(engine, { tokens: filler(100 * sequence, seed + sequence), sequence, generateMax: 0 });
    const reply = await run(engine, { tokens: questions[0]!, sequence: 0, generateMax: 40, logprobs: 2 });
    await clear();
    return reply;
  };
  const [one, other] = [await beside(0), await beside(500)];
  expect(one.tokens).toEqual(other.tokens);
  expect(one.logprobs).toEqual(other.logprobs);
});

test('computes all live sequences in one decode', async () => {
  const before = engine.counters();
  await Promise.all(
    [0, 1, 2, 3].map((sequence) =>
      run(engine, { tokens: filler(8, sequence), sequence, generateMax: 50, ignoreEndOfGeneration: true }),
    ),
  );
  const after = engine.counters();
  expect(after.tokensGenerated - before.tokensGenerated).toBe(200);
  // The four requests may start at different steps, at most a few apart.
  expect(after.decodes - before.decodes).toBeLessThan(75);
  for (let sequence = 0; sequence < 4; sequence++) await engine.removeSequence(sequence, 0, -1);
});

test('a reply continues while a long prompt is computed', async () => {
  const talking = start(engine, { tokens: filler(8), sequence: 0, generateMax: 400, ignoreEndOfGeneration: true });
  await talking.seen('tokens');
  const before = engine.counters();
  const long = await run(engine, { tokens: filler(1280), sequence: 1, generateMax: 1 });
  const during = engine.counters();
  engine.cancel(talking.id);
  await talking.reply;
  expect(long.done.reason).toBe('length');
  // A little more than ten micro-batches, because each also holds a token of the reply.
  expect(during.tokensGenerated - before.tokensGenerated).toBeGreaterThanOrEqual(10);
  expect(long.events.filter((event) => event.kind === 'progress').at(-1)).toEqual({
    kind: 'progress',
    computed: 1280,
  });
  for (const sequence of [0, 1]) await engine.removeSequence(sequence, 0, -1);
});

test('reports progress at every micro-batch only for prompts that take several', async () => {
  const long = await runAlone(engine, { tokens: filler(300), generateMax: 0 });
  const computed = long.events.flatMap((event) => (event.kind === 'progress' ? [event.computed] : []));
  expect(computed.at(-1)).toBe(300);
  expect(computed).toEqual([...computed].sort((a, b) => a - b));
  expect(long.done).toMatchObject({ reason: 'prefilled', position: 300, generated: 0 });

  const short = await runAlone(engine, { tokens: filler(100), generateMax: 0 });
  expect(short.events.map((event) => event.kind)).toEqual(['done']);
});

test('takes prompts by priority, then by arrival', async () => {
  const order: string[] = [];
  const note = (name: string, sequence: number, priority: number): Promise<void> =>
    run(engine, { tokens: filler(400, sequence), sequence, priority, generateMax: 0 }).then(
      () => void order.push(name),
    );
  await Promise.all([note('first', 0, 1), note('second', 1, 1), note('urgent', 2, 0)]);
  expect(order).toEqual(['urgent', 'first', 'second']);
  for (let sequence = 0; sequence < 3; sequence++) await engine.removeSequence(sequence, 0, -1);
});

test('a long prompt does not make a more urgent request wait', async () => {
  const long = start(engine, { tokens: filler(3000), sequence: 0, priority: 1, generateMax: 1 });
  await long.seen('progress');
  const before = engine.counters().tokensPrefilled;
  const urgent = await run(engine, {
    tokens: filler(20),
    sequence: 1,
    priority: 0,
    generateMax: 20,
    ignoreEndOfGeneration: true,
  });
  const meanwhile = engine.counters().tokensPrefilled - before;
  expect(urgent.tokens).toHaveLength(20);
  // A few whole micro-batches before the urgent request came and after it ended, and small parts beside its steps.
  expect(meanwhile).toBeGreaterThan(20 * 16);
  expect(meanwhile).toBeLessThan(20 * 64);
  expect((await long.reply).done).toMatchObject({ reason: 'length', position: 3000 });
  for (const sequence of [0, 1]) await engine.removeSequence(sequence, 0, -1);
});

test('shares a prefix between sequences without computing it again', async () => {
  const prefix = filler(200);
  await run(engine, { tokens: prefix, sequence: 0, generateMax: 0 });
  const tail = nano.question('Rename add to sum.');
  const whole = await run(engine, {
    tokens: Int32Array.from([...prefix, ...tail]),
    sequence: 3,
    generateMax: 20,
    logprobs: 2,
  });

  const before = engine.counters().tokensPrefilled;
  await engine.copySequence(0, 1, 0, -1);
  await engine.copySequence(0, 2, 0, 150);
  expect(await heldTokens(engine, 1)).toBe(200);
  expect(await heldTokens(engine, 2)).toBe(150);
  const shared = await run(engine, { tokens: tail, sequence: 1, position: 200, generateMax: 20, logprobs: 2 });
  expect(engine.counters().tokensPrefilled - before).toBe(tail.length);
  expectSame(shared, whole);

  expect(await engine.removeSequence(1, 200, -1)).toBe(true);
  expect(await heldTokens(engine, 1)).toBe(200);
  for (let sequence = 0; sequence < 4; sequence++) await engine.removeSequence(sequence, 0, -1);
  expect(await heldTokens(engine, 0)).toBe(0);
});

test('stalls when the grant is used up and continues with the same reply when it is extended', async () => {
  const tokens = nano.question('Fix the failing test.');
  const whole = await runAlone(engine, { tokens, generateMax: 15, logprobs: 2 });

  const request = start(engine, { tokens, generateMax: 15, granted: 5, logprobs: 2 });
  await request.seen('stalled');
  const before = engine.counters().decodes;
  await engine.removeSequence(7, 0, -1);
  expect(engine.counters().decodes).toBe(before);
  // A full pool parks stalled requests: the sequence is saved, emptied and restored.
  const held = Int32Array.from([...tokens, ...whole.tokens.slice(0, 4)]);
  const parked = await savedSequence(engine, 0, held);
  await engine.removeSequence(0, 0, -1);
  expect([...(await restoreSequence(engine, 0, parked))]).toEqual([...held]);

  engine.extend(request.id, 1000);
  const reply = await request.reply;
  expectSame(reply, whole);
  expect(reply.events.filter((event) => event.kind === 'stalled')).toHaveLength(1);
  await engine.removeSequence(0, 0, -1);
});

test('fails only the request that does not fit its sequence', async () => {
  const misplaced = await run(engine, { tokens: filler(4), position: 3 });
  expect(misplaced.done).toMatchObject({ reason: 'failed', code: 'request.invalid' });
  const foreign = await run(engine, { tokens: Int32Array.of(-1) });
  expect(foreign.done).toMatchObject({ reason: 'failed', code: 'request.invalid' });
  const beyond = await run(engine, { tokens: filler(4), sequence: 8 });
  expect(beyond.done).toMatchObject({ reason: 'failed', code: 'request.invalid' });
  expect(() => engine.start({ sequence: 0 } as never, () => undefined)).toThrow(
    expect.objectContaining({ code: 'request.invalid' }),
  );
});

test('a full pool fails only the newest request', async () => {
  const small = await nano.engine({ cells: 512 });
  const older = start(small, { tokens: filler(100), sequence: 0, generateMax: 60, ignoreEndOfGeneration: true });
  await older.seen('tokens');
  const newer = await run(small, { tokens: filler(500), sequence: 1, generateMax: 1 });
  expect(newer.done).toMatchObject({ reason: 'failed', code: 'pool.overflow' });
  expect((await older.reply).done).toMatchObject({ reason: 'length', generated: 60 });
  await small.close();
});
