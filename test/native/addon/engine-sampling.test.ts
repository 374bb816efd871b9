import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NativeEngine, NativeSampling } from '../../../native/addon/contract.ts';
import { filler, greedy, Nano, type Reply, run, runAlone } from './engine-harness.ts';

let nano: Nano;
let engine: NativeEngine;
let prompt: Int32Array;

beforeAll(async () => {
  nano = await Nano.load();
  engine = await nano.engine();
  prompt = nano.question('Write a function that adds two numbers.');
});

afterAll(() => nano.model.close());

const warm = (options: Partial<NativeSampling>): NativeSampling => ({ ...greedy, temperature: 1.5, ...options });

function sample(sampling: NativeSampling, generateMax = 24): Promise<Reply> {
  return runAlone(engine, { tokens: prompt, sampling, generateMax, ignoreEndOfGeneration: true });
}

test('the same seed gives the same reply, another seed another one', async () => {
  const first = await sample(warm({ seed: 42 }));
  expect((await sample(warm({ seed: 42 }))).tokens).toEqual(first.tokens);
  expect((await sample(warm({ seed: 43 }))).tokens).not.toEqual(first.tokens);
});

test('top-k 1, a tiny top-p and min-p 1 are greedy at any temperature', async () => {
  const best = await sample(greedy);
  expect((await sample(warm({ topK: 1 }))).tokens).toEqual(best.tokens);
  expect((await sample(warm({ topP: 0.0001 }))).tokens).toEqual(best.tokens);
  expect((await sample(warm({ minP: 1 }))).tokens).toEqual(best.tokens);
});

test('a temperature too small to divide by is greedy', async () => {
  const plain = await sample(greedy);
  for (const temperature of [1e-40, 1e-38, 1e-9]) {
    for (const topK of [0, 40]) expect((await sample(warm({ temperature, topK }))).tokens).toEqual(plain.tokens);
  }
});

test('a bias forbids a token or forces one', async () => {
  const best = await sample(greedy, 4);
  const forbidden = await sample({ ...greedy, logitBias: [{ token: best.tokens[0]!, bias: -Infinity }] }, 4);
  expect(forbidden.tokens).not.toContain(best.tokens[0]);
  const [forced] = nano.tokens('z');
  const biased = await sample({ ...greedy, logitBias: [{ token: forced!, bias: 1000 }] }, 4);
  expect(biased.tokens).toEqual([forced, forced, forced, forced]);
});

test('end tokens are not sampled when the end of generation is ignored', async () => {
  const reply = await sample(greedy, 60);
  expect(reply.tokens.filter((token) => nano.vocabulary.endOfGeneration.includes(token))).toEqual([]);
  expect(reply.done).toMatchObject({ reason: 'length', generated: 60 });
});

test('penalties count the tokens of the prompt and its history', async () => {
  const [word] = nano.tokens('z');
  const bias = [{ token: word!, bias: 1000 }];
  const tokens = Int32Array.from([...filler(8), word!]);
  const plain = await runAlone(engine, { tokens, sampling: { ...greedy, logitBias: bias }, generateMax: 1 });
  expect(plain.tokens).toEqual([word]);
  const penalised = { ...greedy, logitBias: bias, presencePenalty: 2000, repeatLastN: 4 };
  expect((await runAlone(engine, { tokens, sampling: penalised, generateMax: 1 })).tokens).not.toEqual([word]);

  const outOfReach = Int32Array.from([word!, ...filler(8)]);
  expect((await runAlone(engine, { tokens: outOfReach, sampling: penalised, generateMax: 1 })).tokens).toEqual([word]);
  // The same token, now before the position where the request begins.
  const head = Int32Array.from([...filler(4), word!]);
  await run(engine, { tokens: head, generateMax: 0 });
  const continued = await runAlone(engine, {
    tokens: filler(2),
    position: head.length,
    history: head,
    sampling: penalised,
    generateMax: 1,
  });
  expect(continued.tokens).not.toEqual([word]);
});

test('a repeat penalty and DRY break a loop', async () => {
  const loop = Int32Array.from({ length: 60 }, (_, index) => nano.tokens('abc ')[index % nano.tokens('abc ').length]!);
  const request = { tokens: loop, generateMax: 24, ignoreEndOfGeneration: true };
  const plain = await runAlone(engine, { ...request, sampling: greedy });
  const repeated = await runAlone(engine, { ...request, sampling: { ...greedy, repeatPenalty: 1.8, repeatLastN: 64 } });
  expect(repeated.tokens).not.toEqual(plain.tokens);
  const dry = await runAlone(engine, {
    ...request,
    sampling: { ...greedy, dryMultiplier: 5, dryLastN: -1, drySequenceBreakers: ['\n'] },
  });
  expect(dry.tokens).not.toEqual(plain.tokens);
});

test('log probabilities are normalised over the whole vocabulary', async () => {
  const size = nano.vocabulary.size;
  const reply = await runAlone(engine, { tokens: prompt, generateMax: 3, logprobs: size });
  for (const step of reply.logprobs) {
    expect(step.topTokens).toHaveLength(size);
    expect(step.topLogprobs.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 3);
    expect([...step.topLogprobs]).toEqual([...step.topLogprobs].sort((a, b) => b - a));
    expect(step.topTokens[0]).toBe(step.token);
    expect(step.topLogprobs[0]).toBeCloseTo(step.logprob, 5);
  }
  expect(reply.logprobs.map((step) => step.token)).toEqual(reply.tokens);
});

test('the log probability belongs to the sampled token, and comes only on request', async () => {
  const reply = await runAlone(engine, { tokens: prompt, generateMax: 12, sampling: warm({ seed: 5 }), logprobs: 0 });
  expect(reply.logprobs).toHaveLength(reply.tokens.length);
  for (const step of reply.logprobs) {
    expect(step.logprob).toBeLessThanOrEqual(0);
    expect(step.topTokens).toHaveLength(0);
  }
  expect((await sample(greedy, 2)).logprobs).toEqual([]);
});

test('refuses invalid sampling options', () => {
  const start = (sampling: object) => () =>
    engine.start(
      {
        sequence: 0,
        position: 0,
        tokens: prompt,
        priority: 0,
        generateMax: 1,
        granted: 1,
        sampling,
        stopStrings: [],
        stopTokens: new Int32Array(0),
        logprobs: -1,
      } as never,
      () => undefined,
    );
  expect(start({ ...greedy, repeatPenalty: 0 })).toThrow(/repeatPenalty/);
  expect(start({ ...greedy, topP: Number.NaN })).toThrow(/topP/);
  expect(start({ ...greedy, seed: -1 })).toThrow(/seed/);
  expect(start({ ...greedy, logitBias: 'no' })).toThrow(/logitBias/);
  for (const bias of [Number.NaN, Number.POSITIVE_INFINITY, 1e300])
    expect(start({ ...greedy, logitBias: [{ token: 5, bias }] })).toThrow(/bias/);
});
