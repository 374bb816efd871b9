// The engine is fake: exact cells and positions, no model. Idle sequences leave the pool and come back.
import * as fc from '../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { IdleShelf } from '../../../../native/daemon/kv/idle-shelf.ts';
import { PromptRunner } from '../../../../native/daemon/kv/prompt-runner.ts';
import type { RunnerOptions } from '../../../../native/daemon/kv/run-request.ts';
import { FakeEngine } from '../../../support/engine/fake-engine.ts';
import type { FakeEngineOptions } from '../../../support/engine/fake-engine.ts';
import { span, startRun, until } from '../../../support/engine/run-prompts.ts';

function setUp(
  engineOptions: Partial<FakeEngineOptions> = {},
  limitBytes = 10_000_000,
  runnerOptions: Partial<RunnerOptions> = {},
) {
  const notes: string[] = [];
  const engine = new FakeEngine({ cells: 8192, ...engineOptions });
  const shelf = { limitBytes, note: (text: string) => notes.push(text) };
  const runner = new PromptRunner(engine, {
    contextTokens: engine.info.cells,
    parallel: 4,
    queueMax: 100,
    rewindable: true,
    shelf,
    ...runnerOptions,
  });
  const answer = async (prompt: readonly number[], maxTokens = 2) => {
    const result = await startRun(runner, prompt, { maxTokens }).result;
    expect([engine.faults, runner.stats().cellsUsed]).toEqual([[], engine.cellsUsed]);
    return result;
  };
  return { engine, runner, notes, answer };
}

async function reference(prompt: readonly number[], maxTokens: number): Promise<number[]> {
  const runner = new PromptRunner(new FakeEngine({ cells: 100_000 }), {
    contextTokens: 100_000,
    parallel: 4,
    queueMax: 16,
    rewindable: true,
  });
  return [...(await startRun(runner, prompt, { maxTokens }).result).ids];
}

describe('an idle conversation', () => {
  it('leaves the pool before another one is computed, and comes back for its next turn', async () => {
    const { engine, runner, answer } = setUp();
    const { ids } = await answer(span(0, 4096), 5);
    engine.cellsMax = 0;
    await answer(span(10_000, 512));
    // What is left beside the new prompt is nothing.
    expect(engine.cellsUsed).toBe(513);
    expect(runner.stats().shelf.used).toBe(4100 * 104);
    const next = [...span(0, 4096), ...ids, 7, 8, 9];
    const back = await answer(next, 5);
    expect(back.usage).toEqual({ reused: 4100, computed: 4, generated: 5 });
    expect([...back.ids]).toEqual(await reference(next, 5));
  });

  it('stays where it is while only a few tokens are computed', async () => {
    const { engine, answer } = setUp();
    await answer(span(0, 1000));
    await answer(span(10_000, 40), 20);
    expect([engine.cellsUsed, engine.shelved]).toEqual([1001 + 59, 0]);
    await answer(span(20_000, 40), 400);
    expect(engine.shelved).toBe(1001 + 59);
  });

  it('leaves what a running one shares with it', async () => {
    const { engine, answer } = setUp();
    await answer([...span(0, 1000), ...span(5000, 600)]);
    const second = await answer([...span(0, 1000), ...span(7000, 600)]);
    expect(second.usage.reused).toBe(1000);
    expect([engine.cellsUsed, engine.shelved]).toEqual([1601, 601]);
  });

  it('is copied only as far as it is new, also where two go the same way', async () => {
    const { engine, answer } = setUp();
    await answer(span(0, 2000));
    await answer([...span(0, 1500), ...span(5000, 300)]);
    await answer(span(20_000, 500));
    expect([engine.cellsUsed, engine.shelved]).toEqual([501, 2001 + 301]);
    expect((await answer([...span(0, 1500), ...span(5000, 290), 1])).usage).toEqual({
      reused: 1790,
      computed: 1,
      generated: 2,
    });
    expect((await answer(span(0, 1990))).usage.reused).toBe(1989);
    await answer(span(30_000, 500));
    expect(engine.shelved).toBeLessThan(2001 + 301 + 501 + 20);
  });

  it('comes back as far as the prompt is the same, and stays for whoever wants the rest', async () => {
    const { answer } = setUp();
    await answer(span(0, 3000));
    await answer(span(10_000, 500));
    expect((await answer([...span(0, 700), 1, 2])).usage.reused).toBe(700);
    expect((await answer(span(10_000, 500))).usage.reused).toBe(499);
    expect((await answer(span(0, 3000))).usage.reused).toBe(2999);
  });

  it('is not brought back for a few tokens', async () => {
    const { engine, answer } = setUp();
    await answer(span(0, 1000));
    await answer(span(10_000, 500));
    expect((await answer([...span(0, 15), ...span(20_000, 500)])).usage.reused).toBe(0);
    expect((await answer([...span(0, 40), ...span(30_000, 500)])).usage.reused).toBe(40);
    expect(engine.cellsUsed).toBe(541);
  });

  it('comes back in part, also when other idle ones have to make room for all of the copy', async () => {
    const { notes, answer } = setUp({ cells: 1024 });
    await answer(span(0, 600), 1);
    await answer(span(10_000, 600), 1);
    expect((await answer([...span(0, 40), ...span(20_000, 20)], 1)).usage).toEqual({
      reused: 40,
      computed: 20,
      generated: 1,
    });
    expect(notes).toEqual([]);
    expect((await answer(span(10_000, 600), 1)).usage.reused).toBe(599);
  });

  it('makes room in a full pool and is not lost by it', async () => {
    const { engine, runner, answer } = setUp({ cells: 1024 });
    for (let turn = 0; turn < 3; turn++) {
      for (let agent = 0; agent < 4; agent++) {
        const { usage } = await answer(span(agent * 10_000, 600 + turn), 1);
        expect(usage.reused).toBe(turn === 0 ? 0 : 600 + turn - 1);
      }
    }
    expect([engine.faults, runner.stats().evictedTokens]).toEqual([[], 0]);
  });

  it('is what a parked answer becomes that is cancelled', async () => {
    const { engine, runner, answer } = setUp({ cells: 1024 });
    const runs = [startRun(runner, span(0, 100)), startRun(runner, span(5000, 100))] as const;
    await until(() => runner.stats().parked > 0 && runner.stats().waiting > 0);
    runs[1].cancel();
    const { ids } = await runs[1].result;
    expect((await runs[0].result).reason).toBe('length');
    const next = [...span(5000, 100), ...ids];
    const back = await answer(next, 5);
    expect(back.usage).toEqual({ reused: next.length - 1, computed: 1, generated: 5 });
    expect([...back.ids]).toEqual(await reference(next, 5));
    expect([engine.faults, runner.stats().evictedTokens]).toEqual([[], 0]);
  });

  it('is kept when there are more conversations than sequence numbers', async () => {
    const { answer } = setUp({ sequencesMax: 2 });
    for (let agent = 0; agent < 6; agent++) await answer(span(agent * 1000, 100));
    for (let agent = 0; agent < 6; agent++) expect((await answer(span(agent * 1000, 100))).usage.reused).toBe(99);
  });
});

describe('the limit of the shelf', () => {
  it('is kept in whole bytes, and nothing is left of what is forgotten', async () => {
    let id = 0;
    const engine = {
      info: new FakeEngine({ cells: 1000 }).info,
      shelve: (_sequence: number, from: number, to: number) => ({
        id: ++id,
        bytes: Promise.resolve(28 + 104 * (to - from)),
      }),
      unshelve: () => Promise.resolve(true),
      dropShelved: () => undefined,
    };
    const shelf = new IdleShelf(engine, { limitBytes: 40_000, rewindable: true });
    for (const [at, length] of [130, 77, 211, 93, 358, 120].entries()) {
      shelf.put(0, Int32Array.from(span(at * 1000, length)), 0);
      expect(Number.isInteger(shelf.bytes)).toBe(true);
      await Promise.resolve();
    }
    shelf.put(0, Int32Array.from(span(9000, 5000)), 0);
    expect(shelf.bytes).toBe(0);
  });

  it('keeps an idle conversation in the pool rather than forgetting one', async () => {
    const { engine, runner, answer } = setUp({}, 110_000);
    await answer(span(0, 700));
    await answer(span(10_000, 700));
    await answer(span(20_000, 700));
    expect(runner.stats().shelf.used).toBeLessThanOrEqual(110_000);
    expect(engine.cellsUsed).toBe(1402);
    for (const first of [0, 10_000, 20_000]) expect((await answer(span(first, 700))).usage.reused).toBe(699);
    expect(runner.stats().evictedTokens).toBe(0);
  });

  it('is kept by forgetting another one than the one that comes back', async () => {
    const { answer } = setUp({ cells: 1024 }, 150_000);
    for (const first of [0, 10_000, 20_000]) await answer(span(first, 700));
    expect((await answer(span(0, 700))).usage.reused).toBe(699);
  });

  it('is also one of their number', async () => {
    const { engine, answer } = setUp({ cells: 512 });
    for (let at = 0; at < 300; at++) await answer(span(at * 1000, 300));
    expect(engine.shelved).toBeGreaterThan(250 * 301);
    expect(engine.shelved).toBeLessThanOrEqual(256 * 301);
    expect((await answer(span(299_000, 300))).usage.reused).toBe(299);
    expect((await answer(span(0, 300))).usage.reused).toBe(0);
  });

  it('forgets the oldest when the pool is full, too', async () => {
    const { engine, runner, answer } = setUp({ cells: 1024 }, 110_000);
    for (const first of [0, 10_000, 20_000, 30_000]) await answer(span(first, 700));
    expect(runner.stats().shelf.used).toBeLessThanOrEqual(110_000);
    expect(runner.stats().evictedTokens).toBeGreaterThan(0);
    expect((await answer(span(30_000, 700))).usage.reused).toBe(699);
    expect((await answer(span(0, 700))).usage.reused).toBeLessThan(699);
    expect(engine.shelved * 104).toBeLessThanOrEqual(110_000);
  });
});

describe('what goes wrong', () => {
  it('costs computing: a copy that could not be made', async () => {
    const { engine, notes, answer } = setUp();
    await answer(span(0, 1000));
    engine.shelfTokenBytes = Number.NaN;
    await answer(span(10_000, 500));
    engine.shelfTokenBytes = 100;
    expect(notes).toContain('Context could not be saved: no memory');
    const again = await answer(span(0, 1000), 5);
    expect(again.usage.computed).toBe(1000);
    expect([...again.ids]).toEqual(await reference(span(0, 1000), 5));
  });

  it('costs computing: a copy that does not come back', async () => {
    const { engine, notes, answer } = setUp();
    await answer(span(0, 2000));
    await answer(span(10_000, 500));
    const unshelve = engine.unshelve.bind(engine);
    engine.unshelve = (id, sequence, from, to) =>
      from >= 1024 ? Promise.resolve(false) : unshelve(id, sequence, from, to);
    const again = await answer(span(0, 2000), 5);
    expect(again.usage).toEqual({ reused: 1024, computed: 976, generated: 5 });
    expect(notes[0]).toMatch(/tokens 1024 to 1999 are computed again/);
    expect(again.recomputed).toMatch(/tokens from 1024 on are computed again/);
    expect([...again.ids]).toEqual(await reference(span(0, 2000), 5));
  });

  it('is no harm when the request is cancelled while its conversation comes back', async () => {
    const { engine, runner, answer } = setUp();
    await answer(span(0, 2000));
    await answer(span(10_000, 500));
    engine.manual = true;
    const run = startRun(runner, span(0, 2000), { maxTokens: 5 });
    run.cancel();
    engine.manual = false;
    engine.step();
    expect((await run.result).reason).toBe('cancelled');
    await until(() => runner.stats().running === 0);
    expect((await answer(span(0, 2000))).usage.reused).toBe(1999);
  });
});

describe('any mix of requests on a small pool with a shelf', () => {
  const request = fc.record({
    base: fc.nat(2),
    common: fc.nat(200),
    own: fc.integer({ min: 1, max: 80 }),
    maxTokens: fc.oneof(fc.integer({ min: 0, max: 80 }), fc.constant(400)),
    cancelAfter: fc.option(fc.nat(30), { nil: undefined }),
    gap: fc.nat(12),
  });

  it('ends each exactly as without limits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 3, max: 8 }),
        fc.constantFrom(0, 20_000, 10_000_000),
        async (requests, sequencesMax, limit) => {
          const { engine, runner } = setUp({ cells: 512, sequencesMax, batchTokens: 32 }, limit, {
            parallel: 3,
            sliceTokens: 16,
            shareMin: 8,
          });
          const runs = [];
          for (const { base, common, own, maxTokens, cancelAfter, gap } of requests) {
            const prompt = [...span(base * 10_000, common), ...span(50_000 + own, own)];
            runs.push({ prompt, maxTokens, cancelAfter, run: startRun(runner, prompt, { maxTokens }) });
            for (let turn = 0; turn < gap; turn++) await new Promise((resolve) => setImmediate(resolve));
            for (const other of runs)
              if (other.cancelAfter !== undefined && other.run.events.length > other.cancelAfter) other.run.cancel();
          }
          for (const { prompt, maxTokens, cancelAfter, run } of runs) {
            const { reason, ids, usage } = await run.result;
            const whole = await reference(prompt, Math.min(maxTokens, 512 - prompt.length));
            expect([...ids]).toEqual(whole.slice(0, ids.length));
            if (cancelAfter === undefined || reason !== 'cancelled')
              expect([ids.length, usage.reused + usage.computed]).toEqual([whole.length, prompt.length]);
          }
          expect(engine.faults).toEqual([]);
          expect(engine.cellsMax).toBeLessThanOrEqual(512);
          const stats = runner.stats();
          expect(stats).toMatchObject({ running: 0, waiting: 0, cellsUsed: engine.cellsUsed });
          expect(stats.shelf.used).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 60 },
    );
  });
});
