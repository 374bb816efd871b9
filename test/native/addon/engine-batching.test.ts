import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { commonPrefix, filler, Nano, type Reply, run, runAlone, start } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
});

afterAll(() => nano.model.close());

/** Sums differ in their last bits with the company in a batch; where two tokens are this close either may win. */
const closeMargin = 0.05;

/** Equal token for token, up to the first step at which the best two tokens are too close to tell. */
function expectSame(actual: Reply, expected: Reply): void {
  const same = commonPrefix(actual.tokens, expected.tokens);
  if (same === expected.tokens.length && same === actual.tokens.length) return;
  const [first = 0, second = 0] = expected.logprobs[same]?.topLogprobs ?? [];
  expect(first - second, `differs at step ${same}`).toBeLessThan(closeMargin);
}

test('says what it is', () => {
  expect(engine.info).toMatchObject({ cells: 8192, sequencesMax: 8, batchTokens: 128, threads: 1, abortable: true });
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

test('says the same alone and in company', async () => {
  const prompts = [
    'Fix the failing test.',
    'Rename add to sum.',
    'What does this project do?',
    'Add a test for head.',
  ].map((text) => nano.question(text));
  const alone: Reply[] = [];
  for (const tokens of prompts) alone.push(await runAlone(engine, { tokens, generateMax: 40, logprobs: 2 }));

  const together = await Promise.all(
    prompts.map((tokens, sequence) => run(engine, { tokens, sequence, generateMax: 40, logprobs: 2 })),
  );
  together.forEach((reply, index) => expectSame(reply, alone[index]!));
  for (let sequence = 0; sequence < prompts.length; sequence++) await engine.removeSequence(sequence, 0, -1);
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
  // Four requests may join at different steps, not more than a few apart.
  expect(after.decodes - before.decodes).toBeLessThan(75);
  for (let sequence = 0; sequence < 4; sequence++) await engine.removeSequence(sequence, 0, -1);
});

test('a reply goes on while a long prompt is computed', async () => {
  const talking = start(engine, { tokens: filler(8), sequence: 0, generateMax: 400, ignoreEndOfGeneration: true });
  await talking.seen('tokens');
  const before = engine.counters();
  const long = await run(engine, { tokens: filler(1280), sequence: 1, generateMax: 1 });
  const during = engine.counters();
  engine.cancel(talking.id);
  await talking.reply;
  expect(long.done.reason).toBe('length');
  // Ten micro-batches and a bit, because the talking sequence has a token in each.
  expect(during.tokensGenerated - before.tokensGenerated).toBeGreaterThanOrEqual(10);
  expect(long.events.filter((event) => event.kind === 'progress').at(-1)).toEqual({
    kind: 'progress',
    computed: 1280,
    total: 1280,
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

test('a long prompt makes nobody wait who is more urgent', async () => {
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
  // A few whole micro-batches before it came and after it ended, and a little beside each of its steps.
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
  expect(await engine.sequenceRange(1)).toEqual({ first: 0, last: 199 });
  expect(await engine.sequenceRange(2)).toEqual({ first: 0, last: 149 });
  const shared = await run(engine, { tokens: tail, sequence: 1, position: 200, generateMax: 20, logprobs: 2 });
  expect(engine.counters().tokensPrefilled - before).toBe(tail.length);
  expectSame(shared, whole);

  expect(await engine.removeSequence(1, 200, -1)).toBe(true);
  expect(await engine.sequenceRange(1)).toEqual({ first: 0, last: 199 });
  for (let sequence = 0; sequence < 4; sequence++) await engine.removeSequence(sequence, 0, -1);
  expect(await engine.sequenceRange(0)).toEqual({ first: -1, last: -1 });
});

test('stalls when the grant is used up and goes on as if nothing had happened', async () => {
  const tokens = nano.question('Fix the failing test.');
  const whole = await runAlone(engine, { tokens, generateMax: 15, logprobs: 2 });

  const request = start(engine, { tokens, generateMax: 15, granted: 5, logprobs: 2 });
  await request.seen('stalled');
  const before = engine.counters().decodes;
  await engine.sequenceRange(0);
  expect(engine.counters().decodes).toBe(before);
  // What the plan for a full pool needs: it may be parked while it stalls.
  const held = Int32Array.from([...tokens, ...whole.tokens.slice(0, 4)]);
  const parked = await engine.saveSequence(0, held);
  await engine.removeSequence(0, 0, -1);
  expect([...(await engine.restoreSequence(0, parked))]).toEqual([...held]);

  engine.extend(request.id, 1000);
  const reply = await request.reply;
  expectSame(reply, whole);
  expect(reply.events.filter((event) => event.kind === 'stalled')).toHaveLength(1);
  await engine.removeSequence(0, 0, -1);
});

test('fails a request alone when it does not fit what its sequence holds', async () => {
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
