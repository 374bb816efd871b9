import { afterEach, describe, expect, it } from 'vitest';
import { Grants } from '../../../../native/daemon/kv/grants.ts';
import { PromptRun } from '../../../../native/daemon/kv/prompt-run.ts';
import type { Resident } from '../../../../native/daemon/kv/resident.ts';
import { SequencePool } from '../../../../native/daemon/kv/sequence-pool.ts';
import { FakeEngine } from '../../../support/engine/fake-engine.ts';
import { runRequest, span, until } from '../../../support/engine/run-prompts.ts';

const slice = 32;

interface SetUp {
  readonly engine: FakeEngine;
  readonly pool: SequencePool;
  readonly grants: Grants;
  readonly parked: PromptRun[];
  readonly failed: unknown[];
  changes: number;
}

let current: SetUp | undefined;
afterEach(() => {
  expect(current?.engine.faults ?? []).toEqual([]);
});

function setUp(cells: number): SetUp {
  const engine = new FakeEngine({ cells });
  const pool = new SequencePool(engine, { rewindable: true });
  const grants = new Grants(engine, pool, slice, {
    changed: () => on.changes++,
    parked: (run) => on.parked.push(run),
    failed: (_, error) => on.failed.push(error),
  });
  const on: SetUp = { engine, pool, grants, parked: [], failed: [], changes: 0 };
  current = on;
  return on;
}

interface Asked {
  readonly priority?: number;
  readonly generateMax?: number;
  readonly ready?: () => Promise<void>;
}

let order = 0;

/** Starts a run with a prompt of 50 tokens and lets it use up its first slice. */
async function stalledRun(on: SetUp, first: number, asked: Asked = {}): Promise<PromptRun> {
  const { priority = 20, generateMax = 200, ready } = asked;
  const prompt = Int32Array.from(span(first, 50));
  const run = new PromptRun(runRequest(prompt, { priority, ready }), () => undefined, { order: ++order, generateMax });
  run.finished.catch(() => undefined);
  const granted = on.grants.first(generateMax);
  const placement = on.pool.place({ prompt, match: undefined, cells: 50 + granted, generateMax, priority });
  if (placement === undefined) throw new Error('There is no room.');
  run.place(placement.resident, 0, 0);
  await placement.ready;
  run.placed(0, 0);
  run.start(granted, (native) =>
    on.engine.start(native, (events) => {
      for (const event of events) {
        if (event.kind === 'tokens') {
          run.resident?.tokens.push(event.tokens);
          run.take(event);
          run.resident?.markComputed(50 + run.generated - 1);
        } else if (event.kind === 'stalled') run.noteStalled();
        else if (event.kind === 'done') run.succeed(event);
      }
    }),
  );
  await until(() => run.state === 'stalled');
  return run;
}

/** Parks `victim`, which must be the one that `parkOne` chooses. */
async function park(on: SetUp, runs: readonly PromptRun[], needy: PromptRun, victim: PromptRun): Promise<void> {
  on.grants.parkOne(runs, needy);
  expect(runs.filter((run) => run.state === 'parking')).toEqual([victim]);
  await until(() => victim.state === 'parked');
}

describe('raising grants', () => {
  it('gives each stalled run one more slice, in order, and it generates on', async () => {
    const on = setUp(1024);
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000)];
    expect(on.grants.raise(runs, undefined)).toBeUndefined();
    expect(runs.map(({ granted, state }) => [granted, state])).toEqual([
      [2 * slice, 'running'],
      [2 * slice, 'running'],
    ]);
    await until(() => runs.every((run) => run.generated === 2 * slice));
    expect(on.pool.ledger.used).toBe(2 * (50 + 2 * slice));
  });

  it('grants no more than a request may generate', async () => {
    const on = setUp(1024);
    const run = await stalledRun(on, 0, { generateMax: slice + 5 });
    expect([on.grants.first(7), on.grants.raise([run], undefined), run.granted]).toEqual([7, undefined, slice + 5]);
    expect((await run.finished).ids.length).toBe(slice + 5);
  });

  it('gives a stalled run the cells that are left, and returns the first run that gets none', async () => {
    const on = setUp(2 * (50 + slice) + 10);
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000)];
    expect(on.grants.raise(runs, undefined)).toBe(runs[1]);
    expect(runs.map((run) => run.granted)).toEqual([slice + 10, slice]);
  });

  it('does not let runs grow that are less urgent than a waiting request', async () => {
    const on = setUp(1024);
    const urgent = await stalledRun(on, 0, { priority: 10 });
    const late = await stalledRun(on, 1000, { priority: 30 });
    const waiting = new PromptRun(runRequest([1]), () => undefined, { order: ++order, generateMax: 1 });
    on.grants.raise([urgent, late], waiting);
    expect([urgent.granted, late.granted]).toEqual([2 * slice, slice]);
  });

  it('waits for the reader of a run and reports when it has room', async () => {
    const on = setUp(1024);
    let read = (): void => undefined;
    const run = await stalledRun(on, 0, { ready: () => new Promise((resolve) => (read = resolve)) });
    on.grants.raise([run], undefined);
    await until(() => run.waitsForReader);
    const late = on.changes;
    expect(run.granted).toBe(slice);
    read();
    await until(() => on.changes > late);
    on.grants.raise([run], undefined);
    expect(run.granted).toBe(2 * slice);
  });

  it('fails a run whose reader is gone', async () => {
    const on = setUp(1024);
    const gone = new Error('gone');
    const run = await stalledRun(on, 0, { ready: () => Promise.reject(gone) });
    on.grants.raise([run], undefined);
    await until(() => on.failed.length > 0);
    expect(on.failed).toEqual([gone]);
  });
});

describe('parking', () => {
  it('takes the youngest of stalled runs when none can continue, and frees its cells', async () => {
    const on = setUp(3 * (50 + slice));
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000), await stalledRun(on, 2000)];
    await park(on, runs, runs[0] as PromptRun, runs[2] as PromptRun);
    expect([on.parked, on.grants.parkedCount]).toEqual([[runs[2]], 1]);
    expect(on.pool.available()).toBe(50 + slice);
  });

  it('prefers a less urgent run, and before that one whose reader is slow', async () => {
    const on = setUp(1024);
    const never = new Promise<void>(() => undefined);
    const slow = await stalledRun(on, 0, { priority: 20, ready: () => never });
    const needy = await stalledRun(on, 1000, { priority: 20 });
    const late = await stalledRun(on, 2000, { priority: 30 });
    on.grants.raise([slow], undefined);
    await until(() => slow.waitsForReader);
    await park(on, [slow, needy, late], needy, slow);
    await park(on, [needy, late], needy, late);
  });

  it('parks nothing for a run that can go on, nor while others may free cells', async () => {
    const on = setUp(1024);
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000)];
    on.engine.manual = true;
    on.grants.raise(runs.slice(0, 1), undefined);
    for (const needy of runs) on.grants.parkOne(runs, needy);
    expect(runs.map(({ state }) => state)).toEqual(['running', 'stalled']);
  });

  it('does not park an equally urgent run for one that waits in the queue', async () => {
    const on = setUp(1024);
    const run = await stalledRun(on, 0);
    const waiting = new PromptRun(runRequest([1]), () => undefined, { order: ++order, generateMax: 1 });
    on.grants.parkOne([run], waiting);
    expect(run.state).toBe('stalled');
  });

  it('is undone when the run is cancelled meanwhile, and leaves no copy', async () => {
    const on = setUp(1024);
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000)];
    const victim = runs[1] as PromptRun;
    on.grants.parkOne(runs, runs[0] as PromptRun);
    victim.cancelled = true;
    expect(await victim.finished).toMatchObject({ reason: 'cancelled' });
    expect([on.parked, on.grants.parkedCount, on.engine.shelved]).toEqual([[], 0, 0]);
  });

  it('fails the run when its KV cannot be saved', async () => {
    const on = setUp(1024);
    on.engine.shelfTokenBytes = Number.NaN;
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000)];
    on.grants.parkOne(runs, runs[0] as PromptRun);
    await until(() => on.failed.length > 0);
    expect(on.failed).toMatchObject([{ code: 'engine.failed', message: 'no memory' }]);
  });
});

describe('restoring', () => {
  it('continues a parked run where it was, and forgets the copy', async () => {
    const on = setUp(1024);
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000)];
    const victim = runs[1] as PromptRun;
    const before = [...victim.ids()];
    await park(on, runs, runs[0] as PromptRun, victim);
    expect(on.grants.mayRestore(victim)).toBe(true);
    expect([on.grants.restore(victim, { alone: false }), victim.state]).toEqual([true, 'restoring']);
    await until(() => victim.generated === 5 * slice);
    expect([victim.granted, [...victim.ids()].slice(0, slice)]).toEqual([5 * slice, before]);
    expect([on.engine.shelved, on.failed]).toEqual([0, []]);
  });

  it('waits for several slices of cells beside others, and for one alone', async () => {
    const on = setUp(2 * (50 + slice));
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000)];
    const [other, victim] = runs as [PromptRun, PromptRun];
    await park(on, runs, other, victim);
    expect([on.grants.restore(victim, { alone: false }), victim.state]).toEqual([false, 'parked']);
    on.engine.cancel(other.nativeId ?? -1);
    await other.finished;
    on.pool.rest(other.leave() as Resident, 50 + slice - 1);
    expect(on.grants.restore(victim, { alone: true })).toBe(true);
    await until(() => victim.generated === 2 * slice);
  });

  it('is not allowed for a cancelled run', async () => {
    const on = setUp(1024);
    const runs = [await stalledRun(on, 0), await stalledRun(on, 1000)];
    const victim = runs[1] as PromptRun;
    await park(on, runs, runs[0] as PromptRun, victim);
    victim.cancelled = true;
    expect(on.grants.mayRestore(victim)).toBe(false);
  });
});
