// The engine is fake: exact cells and positions, no model. Here the pool, the queue or the reader is the bottleneck.
import * as fc from '../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { PromptRunner } from '../../../../native/daemon/kv/prompt-runner.ts';
import type { RunnerOptions } from '../../../../native/daemon/kv/run-request.ts';
import { FakeEngine } from '../../../support/engine/fake-engine.ts';
import type { FakeEngineOptions } from '../../../support/engine/fake-engine.ts';
import { runRequest, span, startRun, until } from '../../../support/engine/run-prompts.ts';

function setUp(
  engineOptions: Partial<FakeEngineOptions> = {},
  runnerOptions: Partial<RunnerOptions> = {},
): { engine: FakeEngine; runner: PromptRunner } {
  const engine = new FakeEngine({ cells: 1024, ...engineOptions });
  const runner = new PromptRunner(engine, {
    contextTokens: engine.info.cells,
    parallel: 4,
    queueMax: 16,
    rewindable: true,
    ...runnerOptions,
  });
  return { engine, runner };
}

async function reference(prompt: readonly number[], maxTokens: number): Promise<number[]> {
  const { runner } = setUp({ cells: 100_000 });
  return [...(await startRun(runner, prompt, { maxTokens }).result).ids];
}

describe('what can never run', () => {
  it('is refused with both numbers before anything is computed', async () => {
    const { engine, runner } = setUp({}, { contextTokens: 512 });
    await expect(startRun(runner, span(0, 512)).result).rejects.toMatchObject({
      code: 'context.overflow',
      data: { prompt: 512, context: 512 },
    });
    await expect(startRun(runner, []).result).rejects.toMatchObject({
      code: 'request.invalid',
      data: { field: 'prompt' },
    });
    expect(engine.counters().tokensPrefilled).toBe(0);
    const small = setUp({ cells: 256 }, { contextTokens: 512 });
    await expect(startRun(small.runner, span(0, 300)).result).rejects.toMatchObject({
      code: 'pool.overflow',
      data: { prompt: 300, pool: 256 },
    });
  });

  it('ends at the end of the context', async () => {
    const { runner } = setUp({ cells: 1024 }, { contextTokens: 600 });
    const { reason, usage } = await startRun(runner, span(0, 100)).result;
    expect([reason, usage.generated]).toEqual(['length', 500]);
  });
});

describe('the queue', () => {
  it('goes by priority, then by arrival, and says how many stand before', async () => {
    const { runner } = setUp({}, { parallel: 1 });
    const order: string[] = [];
    const start = (name: string, priority: number, first: number) => {
      const run = startRun(runner, span(first, 20), { maxTokens: 300, priority });
      void run.result.then(() => order.push(name));
      return run;
    };
    const runs = [start('first', 20, 0), start('late', 30, 1000), start('next', 20, 2000), start('urgent', 0, 3000)];
    expect(runs[2]?.events).toEqual([
      { kind: 'queued', ahead: 0 },
      { kind: 'queued', ahead: 1 },
    ]);
    await Promise.all(runs.map((run) => run.result));
    expect(order).toEqual(['first', 'urgent', 'next', 'late']);
  });

  it('refuses the one too many and says when to come back', async () => {
    const { runner } = setUp({}, { parallel: 1, queueMax: 2 });
    const runs = [0, 1, 2, 3].map((at) => startRun(runner, span(at * 100, 20), { maxTokens: 50 }));
    await expect(runs[3]?.result).rejects.toMatchObject({
      code: 'queue.full',
      data: { waiting: 2, queueMax: 2, retryAfterSeconds: expect.any(Number) },
    });
    await Promise.all(runs.slice(0, 3).map((run) => run.result));
  });

  it('forgets a request that is cancelled while it waits', async () => {
    const { engine, runner } = setUp({}, { parallel: 1 });
    const first = startRun(runner, span(0, 20), { maxTokens: 100 });
    const second = startRun(runner, span(500, 20), { maxTokens: 100 });
    second.cancel();
    expect(await second.result).toMatchObject({ reason: 'cancelled', usage: { reused: 0, computed: 0, generated: 0 } });
    await first.result;
    expect([engine.counters().tokensPrefilled, runner.stats().waiting]).toEqual([20, 0]);
  });
});

describe('a cancelled request', () => {
  it('leaves what it has computed of the prompt to the next', async () => {
    const { engine, runner } = setUp();
    const run = startRun(runner, span(0, 900), { maxTokens: 5 });
    await until(() => run.events.some((event) => event.kind === 'prefill' && event.computed >= 300));
    run.cancel();
    const { reason, usage } = await run.result;
    expect(reason).toBe('cancelled');
    const again = await startRun(runner, span(0, 900), { maxTokens: 5 }).result;
    expect(again.usage).toEqual({ reused: usage.computed, computed: 900 - usage.computed, generated: 5 });
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });

  it('is a result when the signal was aborted before', async () => {
    const { engine, runner } = setUp();
    const result = await runner.run(runRequest(span(0, 9)), () => undefined, AbortSignal.abort());
    expect([result.reason, engine.counters().tokensPrefilled]).toEqual(['cancelled', 0]);
  });

  it('keeps what it said while it was answering', async () => {
    const { engine, runner } = setUp();
    const run = startRun(runner, span(0, 100));
    await until(() => run.events.filter((event) => event.kind === 'tokens').length > 20);
    run.cancel();
    const { ids } = await run.result;
    expect(ids.length).toBeGreaterThan(20);
    const again = await startRun(runner, [...span(0, 100), ...ids], { maxTokens: 1 }).result;
    expect(again.usage.computed).toBe(1);
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });
});

describe('a pool that is too small for all answers', () => {
  it('parks the younger of two that cannot both end, and both give what they give alone', async () => {
    const { engine, runner } = setUp({ cells: 1024 });
    const prompts = [span(0, 100), span(5000, 100)];
    const results = await Promise.all(prompts.map((prompt) => startRun(runner, prompt).result));
    for (const [at, { reason, ids }] of results.entries()) {
      expect(reason).toBe('length');
      expect([...ids]).toEqual(await reference(prompts[at] as number[], 924));
    }
    expect(runner.stats().parked).toBeGreaterThan(0);
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
    expect(engine.cellsMax).toBeLessThanOrEqual(1024);
  });

  it('lets a parked request be cancelled', async () => {
    const { engine, runner } = setUp({ cells: 1024 });
    const runs = [startRun(runner, span(0, 100)), startRun(runner, span(5000, 100))];
    await until(() => runner.stats().parked > 0);
    runs[1]?.cancel();
    expect((await runs[1]?.result)?.reason).toBe('cancelled');
    expect((await runs[0]?.result)?.reason).toBe('length');
    expect([engine.faults, engine.cellsUsed, runner.stats().running, runner.stats().waiting]).toEqual([
      [],
      runner.stats().cellsUsed,
      0,
      0,
    ]);
  });

  it('parks a less urgent answer for a request that lacks cells, and both give what they give alone', async () => {
    const { engine, runner } = setUp({ cells: 1024 });
    const order: string[] = [];
    const background = startRun(runner, span(0, 100), { priority: 30 });
    await until(() => background.events.some((event) => event.kind === 'tokens'));
    const urgent = startRun(runner, span(5000, 700), { maxTokens: 20, priority: 0 });
    void background.result.then(() => order.push('background'));
    void urgent.result.then(() => order.push('urgent'));
    expect([...(await background.result).ids]).toEqual(await reference(span(0, 100), 924));
    expect([...(await urgent.result).ids]).toEqual(await reference(span(5000, 700), 20));
    expect([order, runner.stats().parked, engine.faults]).toEqual([['urgent', 'background'], 1, []]);
  });

  it('ends the answers of slow readers while a more urgent request waits for a sequence number', async () => {
    const { engine, runner } = setUp({ cells: 1024, sequencesMax: 2 }, { parallel: 2, sliceTokens: 32 });
    let read = (): void => undefined;
    const reading = new Promise<void>((resolve) => (read = resolve));
    const slow = [0, 5000].map((first) => startRun(runner, span(first, 400), { maxTokens: 60, ready: () => reading }));
    await until(() => engine.active === 0 && slow.every((run) => run.events.some((event) => event.kind === 'tokens')));
    const urgent = startRun(runner, span(20_000, 900), { maxTokens: 5, priority: 0 });
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    read();
    for (const { result } of [...slow, urgent]) expect((await result).reason).toBe('length');
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });

  it('lets a request wait for cells and then run', async () => {
    const { engine, runner } = setUp({ cells: 1024 });
    const first = startRun(runner, span(0, 700), { maxTokens: 50 });
    const second = startRun(runner, span(5000, 700), { maxTokens: 50 });
    expect(second.events).toEqual([{ kind: 'queued', ahead: 0 }]);
    const results = await Promise.all([first.result, second.result]);
    expect(results.map(({ reason }) => reason)).toEqual(['length', 'length']);
    expect(engine.faults).toEqual([]);
  });
});

describe('a reader that does not read', () => {
  it('gives its cells to who waits for some, also while others are answered', async () => {
    const { engine, runner } = setUp({ cells: 1024 }, { sliceTokens: 32 });
    let read = (): void => undefined;
    const reading = new Promise<void>((resolve) => (read = resolve));
    const slow = startRun(runner, span(0, 500), { maxTokens: 60, ready: () => reading });
    const other = startRun(runner, span(5000, 50), { maxTokens: 400 });
    await until(() => slow.events.some((event) => event.kind === 'tokens') && engine.active === 1);
    const waiting = startRun(runner, span(20_000, 420), { maxTokens: 5 });
    expect((await waiting.result).usage.generated).toBe(5);
    expect(runner.stats()).toMatchObject({ parked: 1, running: 1 });
    expect((await other.result).usage.generated).toBe(400);
    read();
    expect([...(await slow.result).ids]).toEqual(await reference(span(0, 500), 60));
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });

  it('is not one that has only just been asked: its answer is not parked for a request that waits', async () => {
    const { engine, runner } = setUp({ cells: 1024 }, { sliceTokens: 32 });
    const first = startRun(runner, span(0, 100), {
      maxTokens: 500,
      stopStrings: ['.'.repeat(60)],
      ready: () => Promise.resolve(),
    });
    await until(() => first.events.some((event) => event.kind === 'tokens'));
    const waiting = startRun(runner, span(5000, 900), { maxTokens: 5 });
    expect((await first.result).usage.generated).toBe(500);
    expect((await waiting.result).reason).toBe('length');
    expect([runner.stats().parked, engine.faults]).toEqual([0, []]);
  });

  it('stops its own request after a slice, and only that', async () => {
    const { runner } = setUp({ cells: 4096 }, { sliceTokens: 32 });
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow = startRun(runner, span(0, 50), { maxTokens: 200, ready: () => gate });
    const other = await startRun(runner, span(900, 50), { maxTokens: 200 }).result;
    expect(other.usage.generated).toBe(200);
    expect(slow.events.filter((event) => event.kind === 'tokens')).toHaveLength(32);
    open();
    const { ids } = await slow.result;
    expect([...ids]).toEqual(await reference(span(0, 50), 200));
  });

  it('gives way when its cells are needed, and goes on when it reads again', async () => {
    const { engine, runner } = setUp({ cells: 1024 }, { sliceTokens: 32 });
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const slow = startRun(runner, span(0, 500), { maxTokens: 200, ready: () => gate });
    await until(() => slow.events.some((event) => event.kind === 'tokens'));
    const other = await startRun(runner, span(5000, 800), { maxTokens: 100 }).result;
    expect([other.reason, runner.stats().parked]).toEqual(['length', 1]);
    open();
    expect([...(await slow.result).ids]).toEqual(await reference(span(0, 500), 200));
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });

  it('ends its request when it is gone', async () => {
    const { runner } = setUp({}, { sliceTokens: 32 });
    const gone = startRun(runner, span(0, 50), { ready: () => Promise.reject(new Error('gone')) });
    await expect(gone.result).rejects.toThrow('gone');
    await until(() => runner.stats().running === 0);
    expect((await startRun(runner, span(0, 50), { maxTokens: 3 }).result).usage.generated).toBe(3);
  });
});

describe('failures', () => {
  it('end one request; the others go on and the next is served', async () => {
    const { engine, runner } = setUp();
    const other = startRun(runner, span(600, 20), { maxTokens: 60 });
    const broken = runner.run(
      runRequest(span(0, 50)),
      () => {
        throw new Error('the receiver broke');
      },
      new AbortController().signal,
    );
    await expect(broken).rejects.toThrow('the receiver broke');
    expect((await other.result).usage.generated).toBe(60);
    expect((await startRun(runner, span(0, 50), { maxTokens: 3 }).result).usage.generated).toBe(3);
    expect([engine.faults, engine.cellsUsed]).toEqual([[], runner.stats().cellsUsed]);
  });

  it('end a request whose receiver breaks while it waits', async () => {
    const { engine, runner } = setUp({}, { parallel: 1 });
    const first = startRun(runner, span(0, 20), { maxTokens: 30 });
    const waiting = runner.run(
      runRequest(span(500, 50)),
      () => {
        throw new Error('the receiver broke');
      },
      new AbortController().signal,
    );
    await expect(waiting).rejects.toThrow('the receiver broke');
    await first.result;
    expect([engine.counters().tokensPrefilled, runner.stats().waiting, engine.faults]).toEqual([20, 0, []]);
  });

  it('ends everything when the runner is closed', async () => {
    const { runner } = setUp({}, { parallel: 1 });
    const runs = [startRun(runner, span(0, 20)), startRun(runner, span(500, 20))];
    await until(() => runs[0]?.events.some((event) => event.kind === 'tokens') === true);
    await runner.close();
    expect((await runs[0]?.result)?.reason).toBe('cancelled');
    await expect(runs[1]?.result).rejects.toMatchObject({ code: 'engine.closed' });
    await expect(startRun(runner, span(0, 5)).result).rejects.toMatchObject({ code: 'engine.closed' });
  });
});

describe('any mix of requests on a small pool', () => {
  const request = fc.record({
    base: fc.nat(2), // which of three trunks it grows from
    common: fc.nat(150),
    own: fc.integer({ min: 1, max: 60 }),
    maxTokens: fc.oneof(fc.integer({ min: 0, max: 80 }), fc.constant(400)),
    cancelAfter: fc.option(fc.nat(30), { nil: undefined }),
    gap: fc.nat(6),
    priority: fc.constantFrom(0, 20, 30),
    slow: fc.boolean(),
  });

  it.each([{ wholeOnly: false }, { wholeOnly: true }])(
    'ends each, exactly as on a pool without limits (memory that cannot go back: $wholeOnly)',
    async ({ wholeOnly }) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(request, { minLength: 1, maxLength: 14 }),
          fc.integer({ min: 3, max: 8 }),
          fc.constantFrom(undefined, 3000, 1e6),
          async (requests, sequencesMax, limitBytes) => {
            const { engine, runner } = setUp(
              { cells: 512, sequencesMax, batchTokens: 32, wholeOnly },
              {
                parallel: 3,
                queueMax: 100,
                sliceTokens: 16,
                shareMin: 8,
                rewindable: !wholeOnly,
                shelf: limitBytes === undefined ? undefined : { limitBytes },
              },
            );
            const runs = [];
            for (const { base, common, own, maxTokens, cancelAfter, gap, priority, slow } of requests) {
              const prompt = [...span(base * 10_000, common), ...span(50_000 + own, own)];
              const ready = slow ? () => new Promise<void>((resolve) => void setImmediate(resolve)) : undefined;
              const run = startRun(runner, prompt, { maxTokens, priority, ready });
              runs.push({ prompt, maxTokens, cancelAfter, run });
              for (let turn = 0; turn < gap; turn++) await new Promise((resolve) => setImmediate(resolve));
              for (const other of runs)
                if (other.cancelAfter !== undefined && other.run.events.length > other.cancelAfter) other.run.cancel();
            }
            for (const { prompt, maxTokens, cancelAfter, run } of runs) {
              const { reason, ids, usage } = await run.result;
              const whole = await reference(prompt, Math.min(maxTokens, 512 - prompt.length));
              expect([...ids]).toEqual(whole.slice(0, ids.length));
              if (cancelAfter === undefined || reason !== 'cancelled') {
                expect(ids.length).toBe(whole.length);
                expect(usage.reused + usage.computed).toBe(prompt.length);
              }
            }
            expect(engine.faults).toEqual([]);
            expect(engine.cellsMax).toBeLessThanOrEqual(512);
            expect(runner.stats()).toMatchObject({ running: 0, waiting: 0, cellsUsed: engine.cellsUsed });
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
