// The runner on the real engine with models whose memory cannot be cut anywhere: a sliding window (gpt-oss), a running
// state (Kimi Linear, Qwen3 Next). They are written small with weights from a seed; every reply is compared, by the log
// probabilities of its tokens, with that of an engine which computes the whole prompt alone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NativeEngine } from '../../../../native/addon/contract.ts';
import { engineTruth } from '../../../support/engine/engine-sequences.ts';
import { seeded } from '../../../support/extension/seeded-edits.ts';
import { noise, SmallModel } from '../../../support/models/small-model-runner.ts';
import type { SmallSetUp, SmallTurn } from '../../../support/models/small-model-runner.ts';
import { smallModels } from '../../../support/models/small-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'memories-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Log probabilities differ by about 0.01 between batches; with a wrong state or window by 1 and more. */
const noiseMax = 0.1;

async function expectTruth({ engine, runner }: SmallSetUp): Promise<void> {
  expect(await engineTruth(engine)).toEqual(
    new Map(runner.residents().map(({ sequence, tokens }) => [sequence, tokens])),
  );
}

async function expectAsAlone(setUp: SmallSetUp, turns: readonly SmallTurn[], tolerance = noiseMax): Promise<void> {
  for (const turn of turns) expect(await setUp.strangeness(turn)).toBeLessThan(tolerance);
}

/** Cuts the sequence to the fewest tokens that the engine allows; returns how many are left. */
async function cutShortest(engine: NativeEngine, sequence: number): Promise<number> {
  for (let length = 1; ; length++) if (await engine.removeSequence(sequence, length, -1)) return length;
}

function after({ prompt, ids }: SmallTurn, seed: number, count: number): number[] {
  return [...prompt, ...ids, ...noise(seed, count)];
}

describe.each(Object.entries(smallModels))('%s', (name, shape) => {
  let model: SmallModel;
  beforeAll(async () => {
    model = await SmallModel.of(folder, name, shape);
  });
  afterEach(() => model.rest());
  afterAll(() => model.close());

  it.each(['f16', 'q8_0'] as const)('computes only what is new, turn after turn (%s)', async (kvType) => {
    const setUp = await model.setUp({ engine: { kvType } });
    const turns: SmallTurn[] = [await setUp.turn(noise(1, 900))];
    for (const count of [1, 40, 150, 3]) turns.push(await setUp.turn(after(turns.at(-1) as SmallTurn, count, count)));
    expect(turns.map(({ result }) => result.usage.computed)).toEqual([900, 2, 41, 151, 4]);
    expect(turns.map(({ result }) => result.recomputed)).toEqual(turns.map(() => undefined));
    await expectAsAlone(setUp, turns, kvType === 'f16' ? noiseMax : 0.5);
    await expectTruth(setUp);
  });

  it.each([31, 32, 33, 64, 65, 97])('begins well at the edge of a window: %i tokens', async (length) => {
    const setUp = await model.setUp();
    const first = await setUp.turn(noise(2, length), { maxTokens: 1 });
    const others = [
      await setUp.turn(after(first, 3, 1)),
      await setUp.turn(after(first, 4, 30)),
      await setUp.turn([...noise(2, length), 5, 6]),
    ];
    // A window may also go back from another continuation to where the two part.
    for (const { result } of others) expect(result.usage.reused).toBeGreaterThanOrEqual(length);
    await expectAsAlone(setUp, [first, ...others]);
  });

  it('comes back to the end of every turn, and elsewhere reuses what it can or says why not', async () => {
    const setUp = await model.setUp();
    const first = await setUp.turn(noise(3, 200));
    const second = await setUp.turn(after(first, 4, 100));
    const fork = await setUp.turn(after(first, 5, 60));
    expect(fork.result.usage.reused).toBeGreaterThanOrEqual(211);
    const [inside, early] = [
      await setUp.turn([...second.prompt.slice(0, 290), 7]),
      await setUp.turn([...second.prompt.slice(0, 120), 8]),
    ];
    for (const { prompt, result } of [inside, early]) {
      expect(result.usage.reused + result.usage.computed).toBe(prompt.length);
      if (result.usage.reused < prompt.length - 1)
        expect(result.recomputed).toMatch(/cannot go back to token \d+, so tokens from \d+ on/);
    }
    expect(inside.result.usage.reused).toBeGreaterThanOrEqual(211);
    await expectAsAlone(setUp, [first, second, fork, inside, early]);
    await expectTruth(setUp);
  });

  it('goes on after a cancel in the prompt and in the reply, as if there had been none', async () => {
    const setUp = await model.setUp();
    const base = await setUp.turn(noise(6, 150));
    const beside = setUp.turn(noise(7, 400), { maxTokens: 60 });
    const prompt = after(base, 8, 500);
    const cut = await setUp.turn(prompt, { cancelAfter: 100 });
    const retried = await setUp.turn(prompt, { maxTokens: 100, cancelAfter: -4 });
    expect([cut.result.reason, retried.result.reason]).toEqual(['cancelled', 'cancelled']);
    expect(retried.result.usage.reused).toBe(cut.result.usage.reused + cut.result.usage.computed);
    const next = await setUp.turn(after(retried, 9, 40));
    expect(next.result.usage.computed).toBeLessThanOrEqual(41);
    const again = await setUp.turn(after(base, 10, 20));
    expect(again.result.usage.reused).toBe(161);
    await expectAsAlone(setUp, [base, await beside, retried, next, again]);
    await expectTruth(setUp);
  });

  it('lets two at once continue a beginning that a third is still computing', async () => {
    const setUp = await model.setUp();
    const beginning = noise(11, 500);
    const prefix = setUp.turn(beginning, { maxTokens: 0 });
    const turns = await Promise.all(
      [12, 13].map((seed) => setUp.turn([...beginning, ...noise(seed, 50)], { maxTokens: 40 })),
    );
    expect((await prefix).result.reason).toBe('prefilled');
    expect(turns.map(({ result }) => result.usage)).toEqual(
      [0, 1].map(() => ({ reused: 500, computed: 50, generated: 40 })),
    );
    expect(setUp.engine.counters().tokensPrefilled).toBe(600);
    await expectAsAlone(setUp, turns);
  });

  it('holds many continuations of one beginning in a small pool', async () => {
    const setUp = await model.setUp({ engine: { cells: 256 }, runner: { parallel: 2 } });
    const prefix = noise(14, 150);
    await setUp.turn(prefix, { maxTokens: 0 });
    const turns: SmallTurn[] = [];
    for (let seed = 20; seed < 30; seed++)
      turns.push(await setUp.turn([...prefix, ...noise(seed, 4)], { maxTokens: 4 }));
    const long = await setUp.turn([...prefix, ...noise(30, 90)], { maxTokens: 10 });
    await expectAsAlone(setUp, [...turns, long]);
    await expectTruth(setUp);
  });

  it('keeps more idle sessions than the pool has sequences or cells for, and slows none by them', async () => {
    const setUp = await model.setUp({
      engine: { cells: 1024, sequencesMax: 3 },
      runner: { parallel: 2, shelf: { limitBytes: 2 ** 26 } },
    });
    const sessions = [40, 41, 42, 43, 44, 45];
    const firsts: SmallTurn[] = [];
    for (const seed of sessions) firsts.push(await setUp.turn(noise(seed, 300)));
    expect(setUp.runner.stats()).toMatchObject({ cellsUsed: 311, sequencesResident: 1, evictedTokens: 0 });
    expect(setUp.runner.stats().shelf.used).toBeGreaterThan(5 * 311 * 16);
    const seconds = await Promise.all(firsts.map((first, at) => setUp.turn(after(first, 50 + at, 80))));
    expect(seconds.map(({ result }) => result.usage)).toEqual(
      sessions.map(() => ({ reused: 311, computed: 81, generated: 12 })),
    );
    const third = await setUp.turn(after(seconds[0] as SmallTurn, 60, 1));
    expect(third.result.usage.computed).toBe(2);
    await expectAsAlone(setUp, [...firsts, ...seconds, third]);
    await expectTruth(setUp);
  });

  it.each([undefined, { limitBytes: 600_000 }])(
    'ends every one of many sessions on a pool too small for them, and says what each says alone (shelf: %o)',
    async (shelf) => {
      const setUp = await model.setUp({
        engine: { cells: 512, sequencesMax: 4 },
        runner: { parallel: 3, sliceTokens: 16, shelf },
      });
      const turns: SmallTurn[] = [];
      const session = async (id: number): Promise<void> => {
        const steps = seeded(100 + id);
        let log = noise(id % 2, 60);
        for (let step = 0; step < 4; step++) {
          const cancelAfter = steps.below(3) === 0 ? steps.pick([1, 40, -1, -10]) : undefined;
          const turn = await setUp.turn([...log, ...noise(id * 50 + step, 1 + steps.below(60))], {
            maxTokens: steps.pick([1, 30, 100, 300]),
            priority: steps.pick([10, 20]),
            cancelAfter,
          });
          turns.push(turn);
          log = steps.below(4) === 0 ? log.slice(0, 1 + steps.below(60)) : [...turn.prompt, ...turn.ids];
          if (log.length > 250) log = noise(id % 2, 60);
        }
      };
      await Promise.all(Array.from({ length: 7 }, (_, id) => session(id)));
      expect(setUp.runner.stats()).toMatchObject({ running: 0, waiting: 0 });
      expect(setUp.runner.stats().parked).toBeGreaterThan(0);
      await expectAsAlone(setUp, turns);
      await expectTruth(setUp);
    },
  );
});

describe('a sliding window', () => {
  it('goes back exactly as far as it still has what precedes', async () => {
    const model = await SmallModel.of(folder, 'window', smallModels['gpt-oss']);
    // Two windows beside a batch: what is out of sight is overwritten soon.
    const setUp = await model.setUp({ engine: { sequencesMax: 1, batchTokens: 32 }, runner: { parallel: 1 } });
    const first = await setUp.turn(noise(1, 700), { maxTokens: 1 });
    const least = await cutShortest(setUp.engine, 0);
    expect(least).toBeGreaterThan(smallModels['gpt-oss'].window);
    expect(least).toBeLessThan(first.prompt.length);
    const back = await setUp.turn([...first.prompt.slice(0, least), 5], { maxTokens: 1 });
    expect(back.result.usage.reused).toBe(least);
    const further = await setUp.turn([...first.prompt.slice(0, least - 1), 6]);
    expect(further.result).toMatchObject({
      usage: { reused: 0 },
      recomputed: expect.stringMatching(`go back to token ${least - 1}`) as string,
    });
    await expectAsAlone(setUp, [first, back, further]);
    await model.close();
  });
});
