// Requests of one priority share the engine. Counts of tokens, no times: how many are computed for others meanwhile.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine } from '../../../native/addon/contract.ts';
import { filler, Nano, run, start } from './engine-harness.ts';

const batch = 128;
let nano: Nano;
let engine: NativeEngine;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine({ batchTokens: batch });
});

afterAll(() => nano.model.close());

async function clear(on = engine): Promise<void> {
  for (let sequence = 0; sequence < 8; sequence++) await on.removeSequence(sequence, 0, -1);
}

test('a short prompt does not wait for a long one of its priority', async () => {
  const long = start(engine, { tokens: filler(3000), sequence: 0, generateMax: 1 });
  await long.seen('progress');
  const before = engine.counters().tokensPrefilled;
  const short = await run(engine, { tokens: filler(20), sequence: 1, generateMax: 1 });
  const meanwhile = engine.counters().tokensPrefilled - before;
  expect(short.done.reason).toBe('length');
  // The batch that runs when it comes and the one it is in, and a few until this thread hears of it.
  expect(meanwhile).toBeLessThan(8 * batch);
  engine.cancel(long.id);
  expect((await long.reply).done.reason).toBe('cancelled');
  await clear();
});

test('neither do several short ones, and each is computed whole before a longer one', async () => {
  const order: string[] = [];
  const note = (name: string, count: number, sequence: number): Promise<void> =>
    run(engine, { tokens: filler(count, sequence), sequence, generateMax: 0 }).then(() => void order.push(name));
  await Promise.all([note('long', 1500, 0), note('middle', 600, 1), note('short', 200, 2), note('shortest', 40, 3)]);
  expect(order).toEqual(['shortest', 'short', 'middle', 'long']);
  await clear();
});

test('a long prompt is done some time although shorter ones keep coming', async () => {
  const tokens = 1000;
  const each = 300;
  const state = { longRuns: true, done: 0 };
  const long = run(engine, { tokens: filler(tokens), sequence: 0, generateMax: 0 }).then(() => {
    state.longRuns = false;
  });
  const stream = async (sequence: number): Promise<void> => {
    while (state.longRuns && state.done < 60) {
      await run(engine, { tokens: filler(each, state.done), sequence, generateMax: 0 });
      await engine.removeSequence(sequence, 0, -1);
      state.done += 1;
    }
  };
  await Promise.all([long, ...[1, 2, 3, 4].map(stream)]);
  // A quarter of every batch is its own, so the others get three times its tokens, and those under way end too.
  expect(state.done).toBeGreaterThan(5);
  expect(state.done).toBeLessThanOrEqual((3 * tokens) / each + 8);
  await clear();
});

test('a reply goes on in small steps beside a long prompt of its priority', async () => {
  const wide = await nano.engine({ batchTokens: 512 });
  const talking = start(wide, { tokens: filler(8), sequence: 0, generateMax: 2000, ignoreEndOfGeneration: true });
  await talking.seen('tokens');
  const before = wide.counters();
  const long = await run(wide, { tokens: filler(2000), sequence: 1, generateMax: 0 });
  const after = wide.counters();
  wide.cancel(talking.id);
  await talking.reply;
  expect(long.done.reason).toBe('prefilled');
  // A token of the reply for every 128 of the prompt.
  expect(after.tokensGenerated - before.tokensGenerated).toBeGreaterThanOrEqual(2000 / 128 - 1);
  await wide.close();
});

test('a reply of less urgency does not hold back a prompt', async () => {
  const wide = await nano.engine({ batchTokens: 512 });
  const talking = start(wide, {
    tokens: filler(8),
    sequence: 0,
    priority: 1,
    generateMax: 2000,
    ignoreEndOfGeneration: true,
  });
  await talking.seen('tokens');
  const long = start(wide, { tokens: filler(3000), sequence: 1, priority: 0, generateMax: 0 });
  const steps = new Promise<number>((resolve) => {
    void long.reply.then(() => resolve(wide.counters().decodes));
  });
  await long.seen('progress');
  const before = wide.counters().decodes;
  // Six whole batches instead of 24, and a few until this thread hears of the end.
  expect((await steps) - before).toBeLessThan(16);
  wide.cancel(talking.id);
  await talking.reply;
  await wide.close();
});

test('heavy grammars together take no more of a step than one alone', async () => {
  const letter = ['~', 'q', '^', '}'].find((each) => nano.tokens(each.repeat(8)).length === 8)!;
  const heavy = Array.from({ length: 5000 }, (_, at) => `"${letter}"{${5000 + at}} "."`).join(' | ');
  const grammar = {
    gbnf: `root ::= ${heavy}`,
    root: 'root',
    triggerTokens: new Int32Array(0),
    triggerPatterns: [],
  };
  await nano.model.checkGrammar(grammar.gbnf, 'root');
  const held = [1, 2, 3, 4].map((sequence) =>
    start(engine, { tokens: filler(20, sequence), sequence, generateMax: 1000, grammar }),
  );
  await Promise.all(held.map((each) => each.seen('tokens')));
  const before = engine.counters();
  const free = await run(engine, { tokens: filler(20), generateMax: 60, ignoreEndOfGeneration: true });
  const after = engine.counters();
  expect(free.tokens).toHaveLength(60);
  // One that is held and the free one, not all five.
  const perStep = (after.tokensGenerated - before.tokensGenerated) / (after.decodes - before.decodes);
  expect(perStep).toBeLessThan(2.5);
  // Each has its turn.
  await Promise.all(held.map((each) => each.seen('tokens')));
  for (const each of held) engine.cancel(each.id);
  const replies = await Promise.all(held.map((each) => each.reply));
  for (const { tokens, done } of replies) {
    expect(done.reason).toBe('cancelled');
    expect(tokens.length).toBeGreaterThan(5);
    // What the sequence holds is what was said, whether or not the next token was being chosen.
    expect([19, 20]).toContain(done.position - tokens.length);
  }
  await clear();
});
