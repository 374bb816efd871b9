// The engine is fake: it reports a fault whenever the pool and its sequences disagree.
import { afterEach, describe, expect, it } from 'vitest';
import type { Resident } from '../../../../native/daemon/kv/resident.ts';
import { SequencePool } from '../../../../native/daemon/kv/sequence-pool.ts';
import { FakeEngine } from '../../../support/engine/fake-engine.ts';
import type { FakeEngineOptions } from '../../../support/engine/fake-engine.ts';
import { runRequest, span, until } from '../../../support/engine/run-prompts.ts';

interface SetUp {
  readonly engine: FakeEngine;
  readonly pool: SequencePool;
}

let current: SetUp | undefined;
afterEach(() => {
  expect(current?.engine.faults ?? []).toEqual([]);
  expect(current?.pool.broken).toBeUndefined();
});

function setUp({ shelf = false, ...options }: Partial<FakeEngineOptions> & { readonly shelf?: boolean } = {}): SetUp {
  const engine = new FakeEngine({ cells: 1024, ...options });
  const pool = new SequencePool(engine, {
    rewindable: options.wholeOnly !== true,
    shelf: shelf ? { limitBytes: 2 ** 30 } : undefined,
  });
  current = { engine, pool };
  return current;
}

interface Ask {
  readonly cells?: number;
  readonly reuse?: 'rewound' | 'asIs' | 'none';
}

/** Searches and places a prompt as the runner does; undefined: there is no room. */
function place({ pool }: SetUp, prompt: readonly number[], { cells, reuse = 'rewound' }: Ask = {}) {
  const ids = Int32Array.from(prompt);
  const match = pool.search(ids, 0, reuse).best;
  return pool.place({ prompt: ids, match, cells: cells ?? ids.length, generateMax: 0, priority: 0 });
}

/** Lets the engine compute what a placed sequence lacks of its prompt. */
async function compute({ engine }: SetUp, resident: Resident, position: number): Promise<void> {
  const tokens = resident.tokens.slice(position, resident.tokens.length);
  const { prompt: _, ...rest } = runRequest([]);
  await new Promise<void>((resolve) => {
    engine.start(
      { ...rest, sequence: resident.sequence, tokens, position, generateMax: 0, granted: 0 },
      (events) => events.some(({ kind }) => kind === 'done') && resolve(),
    );
  });
  resident.markComputed(resident.tokens.length);
}

/** Places a prompt and computes it; its sequence is idle afterwards. Returns it, and how many tokens it reused. */
async function keep(on: SetUp, prompt: readonly number[], ask: Ask = {}) {
  const placement = place(on, prompt, ask);
  if (placement === undefined) throw new Error('There is no room.');
  const reused = await placement.ready;
  if (reused === undefined) throw new Error('The engine could not rewind.');
  await compute(on, placement.resident, reused);
  on.pool.rest(placement.resident, prompt.length);
  return { resident: placement.resident, reused };
}

async function settled({ engine }: SetUp): Promise<void> {
  await engine.removeSequence(0, 2 ** 20, -1); // commands run in order, so all earlier ones have run
}

describe('a prompt in the pool', () => {
  it('gets a sequence of its own with the cells it asks for', async () => {
    const on = setUp();
    const placement = place(on, span(0, 100), { cells: 164 });
    expect(await placement?.ready).toBe(0);
    expect([placement?.reused, on.pool.ledger.used, on.pool.available()]).toEqual([0, 164, 1024 - 164]);
  });

  it('continues an idle sequence that is a prefix of it', async () => {
    const on = setUp();
    const first = await keep(on, span(0, 100));
    const next = await keep(on, span(0, 150));
    expect([next.resident, next.reused, on.pool.ledger.used]).toEqual([first.resident, 100, 150]);
    expect(on.engine.tokens(next.resident.sequence)).toEqual(span(0, 150));
  });

  it('shares the common prefix with a sequence that goes on differently, and leaves that one as it is', async () => {
    const on = setUp();
    const first = await keep(on, span(0, 100));
    const branch = await keep(on, [...span(0, 80), ...span(500, 20)]);
    expect([branch.reused, on.pool.ledger.used]).toEqual([80, 120]);
    expect(on.pool.ledger.length(branch.resident.sequence)).toBe(100);
    expect(on.engine.tokens(first.resident.sequence)).toEqual(span(0, 100));
    expect(on.engine.tokens(branch.resident.sequence)).toEqual([...span(0, 80), ...span(500, 20)]);
  });

  it('is offered to others only as far as it is computed', async () => {
    const on = setUp();
    place(on, span(0, 100));
    const found = on.pool.search(Int32Array.from(span(0, 150)), 0, 'rewound');
    expect([found.best, found.coming?.common]).toEqual([undefined, 100]);
  });

  it('has no room where running ones hold the cells, and takes nothing from them', async () => {
    const on = setUp({ cells: 256 });
    const running = place(on, span(0, 200));
    await running?.ready;
    expect(place(on, span(1000, 100))).toBeUndefined();
    expect(running?.resident !== undefined && on.pool.grow(running.resident, 57)).toBe(false);
    expect(running?.resident !== undefined && on.pool.grow(running.resident, 56)).toBe(true);
    expect(on.pool.ledger.free).toBe(0);
  });
});

describe('idle sequences', () => {
  it('lose their end first, the least recently used one before the others', async () => {
    const on = setUp({ cells: 1024 });
    const old = await keep(on, span(0, 500));
    const recent = await keep(on, span(2000, 500));
    await keep(on, span(4000, 200));
    await settled(on);
    expect([old.resident.computed, recent.resident.computed]).toEqual([500 - 256, 500]);
    expect(on.engine.tokens(old.resident.sequence)).toEqual(span(0, 500 - 256));
    expect(on.pool.evictedTokens).toBe(256);
  });

  it('are removed when little would be left, and give their number back', async () => {
    const on = setUp({ cells: 512, sequencesMax: 2 });
    await keep(on, span(0, 300));
    await keep(on, span(2000, 400));
    await settled(on);
    expect([on.pool.index.size, on.pool.evictedTokens, on.engine.cellsUsed]).toEqual([1, 300, 400]);
    expect(on.pool.hasNumber).toBe(true);
  });

  it('give up their number where all are taken, unless runs hold them', async () => {
    const on = setUp({ sequencesMax: 2 });
    const first = await keep(on, span(0, 50));
    const running = place(on, span(2000, 50));
    const next = place(on, span(4000, 50));
    expect([next?.resident.sequence, on.pool.evictedTokens]).toEqual([first.resident.sequence, 50]);
    expect([on.pool.hasNumber, running === undefined, place(on, span(6000, 50))]).toEqual([false, false, undefined]);
    await settled(on);
  });

  it('move to the shelf before a long prompt is computed, and come back to be continued', async () => {
    const on = setUp({ shelf: true });
    await keep(on, span(0, 400));
    await keep(on, span(2000, 100));
    expect([on.pool.ledger.used, on.engine.shelved, on.pool.evictedTokens]).toEqual([100, 400, 0]);
    const back = await keep(on, span(0, 450));
    expect(back.reused).toBe(400);
    expect(on.engine.tokens(back.resident.sequence)).toEqual(span(0, 450));
  });
});

describe('a parked sequence', () => {
  it('frees its cells, keeps its number, and gets cells again', async () => {
    const on = setUp({ cells: 512, sequencesMax: 1 });
    const placement = place(on, span(0, 300));
    if (placement === undefined) throw new Error('There is no room.');
    const { resident } = placement;
    await placement.ready;
    await compute(on, resident, 0);
    on.pool.empty(resident);
    await settled(on);
    expect([on.pool.ledger.used, on.engine.cellsUsed, on.pool.hasNumber]).toEqual([0, 0, false]);
    expect([on.pool.reserve(resident, 513), on.pool.reserve(resident, 400)]).toEqual([false, true]);
    expect([on.pool.ledger.used, on.pool.index.busy()]).toEqual([400, [resident]]);
  });

  it('leaves its saved tokens to the shelf when its run is cancelled; without a shelf they are forgotten', async () => {
    for (const shelf of [true, false]) {
      const on = setUp({ shelf });
      const { resident } = await keep(on, span(0, 300));
      const copy = on.engine.shelve(resident.sequence, 0, -1);
      await copy.bytes;
      on.pool.empty(resident);
      expect(on.pool.leaveCopy(resident, copy.id, 300)).toBe(shelf);
      expect(on.pool.evictedTokens).toBe(shelf ? 0 : 300);
      expect((await keep(on, span(0, 350))).reused).toBe(shelf ? 300 : 0);
    }
  });
});

describe('a memory that cannot be rewound', () => {
  it('continues a copy of a whole sequence only, and says what it could not reach', async () => {
    const on = setUp({ wholeOnly: true });
    const first = await keep(on, span(0, 100));
    const next = await keep(on, span(0, 150));
    expect([next.reused, next.resident === first.resident]).toEqual([100, false]);
    expect(on.engine.tokens(first.resident.sequence)).toEqual(span(0, 100));
    const other = Int32Array.from([...span(0, 120), ...span(700, 50)]);
    const found = on.pool.search(other, 0, 'asIs');
    expect([found.best?.common, found.unreachable]).toEqual([100, 120]);
    expect(on.pool.search(other, 0, 'none').best).toBeUndefined();
  });
});

describe('a command that the engine refuses', () => {
  it('is remembered as what broke the pool', async () => {
    const on = setUp();
    const { resident } = await keep(on, span(0, 100));
    on.engine.removeSequence = () => Promise.resolve(false);
    on.pool.drop(resident);
    await until(() => on.pool.broken !== undefined);
    expect(on.pool.broken).toEqual(new Error('The engine did not free a sequence.'));
    current = undefined;
  });
});
