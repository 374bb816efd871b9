// The runner on the real engine with the embedded model: what the fake engine claims must hold here, too.
import { afterEach, describe, expect, it } from 'vitest';
import type { ModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import { PromptRunner } from '../../../../native/daemon/kv/prompt-runner.ts';
import type { RunnerOptions } from '../../../../native/daemon/kv/run-request.ts';
import { engineTruth } from '../../../support/engine/engine-sequences.ts';
import { loadNano } from '../../../support/models/nano-runtime.ts';
import { startRun, until } from '../../../support/engine/run-prompts.ts';

let runtime: ModelRuntime | undefined;
afterEach(async () => {
  await runtime?.close();
});

async function setUp(
  contextTokens: number,
  options: Partial<RunnerOptions> = {},
): Promise<{ runtime: ModelRuntime; runner: PromptRunner }> {
  runtime = await loadNano({ contextTokens });
  return {
    runtime,
    runner: new PromptRunner(runtime.engine, {
      contextTokens,
      parallel: 4,
      queueMax: 64,
      rewindable: true,
      ...options,
    }),
  };
}

/** Ordinary tokens, the same for the same `seed`. */
function noise(seed: number, count: number): number[] {
  let state = seed + 1;
  return Array.from(
    { length: count },
    () => 300 + (((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) % 2000),
  );
}

async function expectTruth({ engine }: ModelRuntime, runner: PromptRunner): Promise<void> {
  expect(await engineTruth(engine)).toEqual(
    new Map(runner.residents().map(({ sequence, tokens }) => [sequence, tokens])),
  );
}

describe('the runner on the real engine', () => {
  it('computes the shared prefix of two prompts once, in a pool too small for both without sharing', async () => {
    const { runtime, runner } = await setUp(2048);
    const shared = noise(1, 1200);
    const runs = [2, 3].map((seed) =>
      startRun(runner, [...shared, ...noise(seed, 100)], { maxTokens: 60, ignoreEndOfGeneration: true }),
    );
    const results = await Promise.all(runs.map((run) => run.result));
    expect(results.map(({ reason, usage }) => [reason, usage.reused, usage.computed])).toEqual([
      ['length', 0, 1300],
      ['length', 1200, 100],
    ]);
    expect(runtime.engine.counters().tokensPrefilled).toBe(1400);
    await expectTruth(runtime, runner);
  });

  it('parks one of two answers that cannot both end, and both end', async () => {
    const { runtime, runner } = await setUp(512, { sliceTokens: 64 });
    const runs = [4, 5].map((seed) => startRun(runner, noise(seed, 150), { ignoreEndOfGeneration: true }));
    const results = await Promise.all(runs.map((run) => run.result));
    expect(results.map(({ reason, ids }) => [reason, ids.length])).toEqual([
      ['length', 362],
      ['length', 362],
    ]);
    expect(runner.stats().parked).toBeGreaterThan(0);
    await expectTruth(runtime, runner);
    // What was parked and brought back says what it says alone, as far as other batches do not tip a close decision.
    const alone = await startRun(runner, noise(5, 150), { ignoreEndOfGeneration: true }).result;
    const parked = results[1]?.ids ?? new Int32Array();
    const common = alone.ids.findIndex((id, at) => id !== parked[at]);
    expect(common === -1 ? alone.ids.length : common).toBeGreaterThan(0);
  });

  it('survives cancels at any moment and serves the next', async () => {
    const { runtime, runner } = await setUp(2048, { sliceTokens: 32 });
    const runs = Array.from({ length: 60 }, (_, at) => {
      const run = startRun(runner, [...noise(at % 5, 50 + ((at * 37) % 400)), ...noise(at, 20)], {
        maxTokens: 200,
        ignoreEndOfGeneration: true,
      });
      setTimeout(() => run.cancel(), (at * 53) % 400);
      return run;
    });
    for (const { result } of runs) expect(['cancelled', 'length']).toContain((await result).reason);
    await until(() => runner.stats().running === 0);
    await expectTruth(runtime, runner);
    const { usage } = await startRun(runner, noise(99, 300), { maxTokens: 5, ignoreEndOfGeneration: true }).result;
    expect(usage.reused + usage.computed).toBe(300);
  });

  it('reads a slow reader no more than it may say, and stops at strings across tokens', async () => {
    const { runtime, runner } = await setUp(2048, { sliceTokens: 16 });
    let asked = 0;
    const { ids } = await startRun(runner, noise(7, 50), {
      maxTokens: 100,
      ignoreEndOfGeneration: true,
      ready: async () => void asked++,
    }).result;
    expect([ids.length, asked]).toEqual([100, 6]);
    const stop = runtime.vocabulary.text(ids.slice(40, 44));
    const { reason, textBytes } = await startRun(runner, noise(7, 50), {
      maxTokens: 100,
      ignoreEndOfGeneration: true,
      stopStrings: [stop],
    }).result;
    expect(reason).toBe('stop');
    expect(Buffer.from(runtime.vocabulary.text(ids)).subarray(textBytes).toString().startsWith(stop)).toBe(true);
    await expectTruth(runtime, runner);
  });
});

describe('idle conversations beside the pool', () => {
  it('go on as if they had never left it', async () => {
    const { runtime, runner } = await setUp(4096, { shelf: { limitBytes: 2 ** 30 } });
    const question = (text: string): Int32Array =>
      runtime.model.tokenize(
        `<|im_user|>user<|im_middle|>${text}<|im_end|><|im_assistant|>assistant<|im_middle|>`,
        true,
      );
    const ask = async (on: PromptRunner, prompt: Int32Array) =>
      (await startRun(on, prompt, { maxTokens: 40 }).result).ids;
    const first = Int32Array.from([...noise(11, 900), ...question('Write a function that adds two numbers.')]);
    const said = await ask(runner, first);
    const next = Int32Array.from([...first, ...said, ...question('Now one that multiplies them.')]);
    // Nothing else in between: what it says when nothing was moved.
    const stayed = await startRun(runner, next, { maxTokens: 40 }).result;
    await startRun(runner, noise(12, 1500), { maxTokens: 2 }).result;
    expect(runner.stats().cellsUsed).toBeLessThan(1510);
    expect(runner.stats().shelf.used).toBeGreaterThan(1_000_000);
    await expectTruth(runtime, runner);
    const back = await startRun(runner, next, { maxTokens: 40 }).result;
    expect(back.usage.reused).toBe(next.length - 1);
    expect(back.ids).toEqual(stayed.ids);
    await expectTruth(runtime, runner);
  });

  it('survive cancels at any moment, and memory stays where it is', async () => {
    const shelfBytes = 6 * 2 ** 20;
    const { runtime, runner } = await setUp(640, { shelf: { limitBytes: shelfBytes } });
    let settled = 0;
    let shelved = 0;
    for (let at = 0; at < 60; at++) {
      const runs = [0, 1].map((other) =>
        startRun(runner, [...noise((at * 7 + other) % 6, 30 + ((at * 37) % 100)), ...noise(at + other, 25)], {
          maxTokens: 4,
          ignoreEndOfGeneration: true,
        }),
      );
      if (at % 3 === 0) setTimeout(() => runs[0]?.cancel(), at % 17);
      for (const { result } of runs) expect(['cancelled', 'length']).toContain((await result).reason);
      shelved = Math.max(shelved, runner.stats().shelf.used);
      expect(shelved).toBeLessThanOrEqual(shelfBytes);
      if (at === 20) settled = process.memoryUsage().rss;
    }
    // The shelf was full and pushed out what it held.
    expect(shelved).toBeGreaterThan(shelfBytes / 2);
    expect(runner.stats().evictedTokens).toBeGreaterThan(0);
    expect(process.memoryUsage().rss - settled).toBeLessThan(32 * 2 ** 20);
    await expectTruth(runtime, runner);
  });
});
