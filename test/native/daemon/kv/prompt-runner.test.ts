// The engine is fake: exact cells and positions, no model.
import { describe, expect, it } from 'vitest';
import { PromptRunner } from '../../../../native/daemon/kv/prompt-runner.ts';
import type { RunnerOptions } from '../../../../native/daemon/kv/run-request.ts';
import { FakeEngine } from '../../../support/engine/fake-engine.ts';
import type { FakeEngineOptions } from '../../../support/engine/fake-engine.ts';
import { span, startRun, until } from '../../../support/engine/run-prompts.ts';

function setUp(
  engineOptions: Partial<FakeEngineOptions> = {},
  runnerOptions: Partial<RunnerOptions> = {},
): { engine: FakeEngine; runner: PromptRunner } {
  const engine = new FakeEngine({ cells: 4096, ...engineOptions });
  const runner = new PromptRunner(engine, {
    contextTokens: 4096,
    parallel: 4,
    queueMax: 16,
    rewindable: true,
    ...runnerOptions,
  });
  return { engine, runner };
}

/** What the same prompt gives where nothing else ever ran. */
async function reference(prompt: readonly number[], maxTokens: number): Promise<number[]> {
  const { runner } = setUp({ cells: 100_000 }, { contextTokens: 100_000 });
  return [...(await startRun(runner, prompt, { maxTokens }).result).ids];
}

describe('one prompt after another', () => {
  it('computes a prompt once and then only what is new', async () => {
    const { engine, runner } = setUp();
    const first = await startRun(runner, span(0, 100), { maxTokens: 10 }).result;
    expect(first).toMatchObject({ reason: 'length', usage: { reused: 0, computed: 100, generated: 10 } });
    const prompt = [...span(0, 100), ...first.ids, ...span(500, 7)];
    const second = await startRun(runner, prompt, { maxTokens: 5 }).result;
    // The last sampled token was never computed.
    expect(second.usage).toEqual({ reused: 109, computed: 8, generated: 5 });
    expect([...second.ids]).toEqual(await reference(prompt, 5));
    expect([engine.faults, runner.stats().cellsUsed, engine.cellsUsed]).toEqual([[], 121, 121]);
  });

  it('computes the last token of a prompt that is wholly cached', async () => {
    const { engine, runner } = setUp();
    const first = await startRun(runner, span(0, 50), { maxTokens: 5 }).result;
    const again = await startRun(runner, span(0, 50), { maxTokens: 5 }).result;
    expect([again.usage.reused, again.usage.computed]).toEqual([49, 1]);
    expect(again.ids).toEqual(first.ids);
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });

  it('only computes the prompt when no token is wanted', async () => {
    const { runner } = setUp();
    const warm = await startRun(runner, span(0, 50), { maxTokens: 0 }).result;
    expect(warm).toMatchObject({ reason: 'prefilled', usage: { reused: 0, computed: 50, generated: 0 } });
    expect((await startRun(runner, span(0, 60), { maxTokens: 1 }).result).usage).toEqual({
      reused: 50,
      computed: 10,
      generated: 1,
    });
  });

  it('keeps what a prompt branched off from', async () => {
    const { runner } = setUp();
    await startRun(runner, span(0, 100), { maxTokens: 4 }).result;
    const branch = await startRun(runner, [...span(0, 60), ...span(900, 10)], { maxTokens: 4 }).result;
    expect(branch.usage).toEqual({ reused: 60, computed: 10, generated: 4 });
    expect((await startRun(runner, span(0, 100), { maxTokens: 4 }).result).usage.reused).toBe(99);
  });

  it('gives the long unused end of a prefix away first', async () => {
    const { engine, runner } = setUp({ cells: 1024 }, { contextTokens: 1024 });
    await startRun(runner, span(0, 600), { maxTokens: 1 }).result;
    await startRun(runner, span(5000, 600), { maxTokens: 1 }).result;
    // 600 more do not fit beside 600: what the first lacks at its end is as little as possible.
    const again = await startRun(runner, span(0, 601), { maxTokens: 1 }).result;
    expect(again.usage).toEqual({ reused: 344, computed: 257, generated: 1 });
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });

  it('reuses sequence numbers when there are more conversations than numbers', async () => {
    const { engine, runner } = setUp({ sequencesMax: 3 });
    for (let conversation = 0; conversation < 8; conversation++)
      await startRun(runner, span(conversation * 100, 40), { maxTokens: 3 }).result;
    expect([engine.faults, runner.stats().sequencesResident, engine.cellsUsed]).toEqual([
      [],
      3,
      runner.stats().cellsUsed,
    ]);
    expect((await startRun(runner, span(700, 40), { maxTokens: 3 }).result).usage.reused).toBe(39);
  });
});

describe('a memory that cannot go back', () => {
  it('continues what it holds, and says when it has to compute a prompt again', async () => {
    const { engine, runner } = setUp({ wholeOnly: true }, { rewindable: false });
    const first = await startRun(runner, span(0, 100), { maxTokens: 10 }).result;
    const prompt = [...span(0, 100), ...first.ids, 7];
    const second = await startRun(runner, prompt, { maxTokens: 2 }).result;
    expect(second).toMatchObject({ usage: { reused: 109, computed: 2 } });
    expect(second.recomputed).toBeUndefined();
    const rewound = await startRun(runner, [...span(0, 50), 9], { maxTokens: 2 }).result;
    expect(rewound.usage).toEqual({ reused: 0, computed: 51, generated: 2 });
    expect(rewound.recomputed).toMatch(/cannot go back to token 50/);
    // The state before the branch is still there for whoever returns to it.
    expect((await startRun(runner, prompt, { maxTokens: 2 }).result).usage.reused).toBe(109);
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });
});

describe('agents beside each other', () => {
  it('alternate on a shared prefix and compute only new tokens', async () => {
    const { engine, runner } = setUp({ cells: 16_384 }, { contextTokens: 16_384 });
    const logs = [
      [...span(0, 6000), ...span(20_000, 2000)],
      [...span(0, 6000), ...span(40_000, 2000)],
    ];
    const computed: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      for (const log of logs) {
        const { usage, ids } = await startRun(runner, log, { maxTokens: 20 }).result;
        computed.push(usage.computed);
        log.push(...ids, ...span(turn * 1000, 180));
      }
    }
    expect(computed).toEqual([8000, 2000, 181, 181, 181, 181, 181, 181]);
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });

  it('share a prefix that one of them is computing', async () => {
    const { engine, runner } = setUp({ cells: 16_384 }, { contextTokens: 16_384 });
    const first = startRun(runner, [...span(0, 6000), ...span(20_000, 500)], { maxTokens: 30 });
    await until(() => first.events.some((event) => event.kind === 'prefill' && event.computed > 500));
    const second = startRun(runner, [...span(0, 6000), ...span(40_000, 500)], { maxTokens: 30 });
    expect(second.events).toEqual([{ kind: 'queued', ahead: 0 }]);
    const results = await Promise.all([first.result, second.result]);
    expect(results.map(({ usage }) => usage)).toEqual([
      { reused: 0, computed: 6500, generated: 30 },
      { reused: 6000, computed: 500, generated: 30 },
    ]);
    expect([...results[1].ids]).toEqual(await reference([...span(0, 6000), ...span(40_000, 500)], 30));
    expect(engine.cellsMax).toBeLessThan(7200);
  });

  it('fit a pool that could not hold them without sharing', async () => {
    const { engine, runner } = setUp({ cells: 16_384 }, { contextTokens: 16_384 });
    const runs = [span(20_000, 500), span(40_000, 500)].map((own) =>
      startRun(runner, [...span(0, 8000), ...own], { maxTokens: 50 }),
    );
    const results = await Promise.all(runs.map((run) => run.result));
    expect(results.map(({ reason, usage }) => [reason, usage.computed])).toEqual([
      ['length', 8500],
      ['length', 500],
    ]);
    expect(engine.cellsMax).toBeLessThan(9200);
    expect(engine.faults).toEqual([]);
  });

  it('do not wait for a prefix of someone less urgent', async () => {
    const { runner } = setUp({ cells: 16_384 }, { contextTokens: 16_384 });
    const slow = startRun(runner, span(0, 3000), { maxTokens: 1, priority: 30 });
    await until(() => slow.events.some((event) => event.kind === 'prefill' && event.computed > 500));
    const urgent = startRun(runner, span(0, 2000), { maxTokens: 1, priority: 0 });
    expect((await urgent.result).usage.reused).toBeLessThan(1999);
    expect(urgent.events.every((event) => event.kind !== 'queued')).toBe(true);
    await slow.result;
  });

  it('take over when the one that computes a prefix is cancelled', async () => {
    const { runner } = setUp();
    const first = startRun(runner, span(0, 3000), { maxTokens: 1 });
    await until(() => first.events.some((event) => event.kind === 'prefill' && event.computed > 500));
    const second = startRun(runner, [...span(0, 2900), 1], { maxTokens: 1 });
    first.cancel();
    expect((await first.result).reason).toBe('cancelled');
    const { usage } = await second.result;
    expect(usage.reused).toBeGreaterThan(500);
    expect(usage.reused + usage.computed).toBe(2901);
  });
});
