// The times are made up: a constant, a time per token, a time per pair of tokens, and noise that is always the same.
import { describe, expect, it } from 'vitest';
import { ModelSpeed } from '../../../extension/metering/model-speed.ts';
import { SpeedMemory, type KeptValues } from '../../../extension/metering/speed-memory.ts';

/** Numbers from -1 to 1, always the same ones. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const machine = { start: 0.03, token: 0.002, pair: 4e-7 };
const trueSeconds = (tokens: number, depth: number, slow = 1): number =>
  slow * (machine.start + machine.token * tokens + machine.pair * tokens * (depth + tokens / 2));

/** A conversation of several turns, with prompts of very different lengths. */
function converse(speed: ModelSpeed, turns: number, { noise = 0, slow = 1, seed = 7 } = {}): void {
  const random = numbers(seed);
  let depth = 0;
  for (let turn = 0; turn < turns; turn++) {
    const tokens = [900, 40, 60, 2000, 30, 300, 120, 20][turn % 8] ?? 50;
    if (depth > 12_000) depth = 0;
    speed.read({ tokens, depth, seconds: trueSeconds(tokens, depth, slow) * (1 + noise * random()) });
    depth += tokens + 80;
  }
}

function errorOf(speed: ModelSpeed, tokens: number, depth: number, slow = 1): number {
  return Math.abs((speed.readingSeconds(tokens, depth) ?? Number.NaN) / trueSeconds(tokens, depth, slow) - 1);
}

const places = [
  [25, 0],
  [25, 9000],
  [150, 4000],
  [1000, 0],
  [2500, 200],
  [4000, 8000],
] as const;

describe('the time a model takes to read', () => {
  it('is unknown before any measurement', () => {
    expect(new ModelSpeed().readingSeconds(100, 0)).toBeUndefined();
    expect(new ModelSpeed().writingRate(100)).toBeUndefined();
  });

  it('is as long per token as in the only measurement', () => {
    const speed = new ModelSpeed();
    speed.read({ tokens: 500, depth: 0, seconds: 1 });
    expect(speed.readingSeconds(1000, 0)).toBeCloseTo(2);
    expect(speed.readingSeconds(100, 3000)).toBeCloseTo(0.2);
  });

  it('is learnt for short and long prompts, also far back in a conversation', () => {
    const speed = new ModelSpeed();
    converse(speed, 24);
    for (const [tokens, depth] of places)
      expect([tokens, depth, errorOf(speed, tokens, depth) < 0.05]).toEqual([tokens, depth, true]);
  });

  it('is within a quarter although measurements are up to a seventh off', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const speed = new ModelSpeed();
      converse(speed, 32, { noise: 0.15, seed });
      for (const [tokens, depth] of places)
        expect([seed, tokens, depth, errorOf(speed, tokens, depth) < 0.25]).toEqual([seed, tokens, depth, true]);
    }
  });

  it('tells batches that are too small for a tile, whose tokens take longer, from larger ones', () => {
    const seconds = (tokens: number, depth: number) =>
      0.02 + tokens * (depth + tokens / 2) * (tokens % 512 < 64 ? 6e-6 : 1e-6);
    const speed = new ModelSpeed();
    for (let depth = 0; depth < 6000; depth += 500)
      for (const tokens of [40, 1000, 100, 50, 300]) speed.read({ tokens, depth, seconds: seconds(tokens, depth) });
    for (const tokens of [35, 100, 700])
      expect((speed.readingSeconds(tokens, 3200) ?? 0) / seconds(tokens, 3200)).toBeCloseTo(1, 1);
  });

  it('is not moved by turns that another program interrupted', () => {
    const speed = new ModelSpeed();
    converse(speed, 16, { noise: 0.05 });
    for (let turn = 0; turn < 3; turn++) {
      speed.read({ tokens: 100, depth: 500, seconds: 20 * trueSeconds(100, 500) });
      converse(speed, 3, { noise: 0.05 });
    }
    expect(errorOf(speed, 120, 800)).toBeLessThan(0.25);
    expect(errorOf(speed, 1000, 0)).toBeLessThan(0.25);
  });

  it('follows a machine that has become slower', () => {
    const speed = new ModelSpeed();
    converse(speed, 40, { noise: 0.05 });
    converse(speed, 16, { noise: 0.05, slow: 2 });
    expect(errorOf(speed, 50, 1000, 2)).toBeLessThan(0.25);
    expect(errorOf(speed, 1000, 0, 2)).toBeLessThan(0.25);
  });

  it('still knows long prompts after hundreds of short ones', () => {
    const speed = new ModelSpeed();
    converse(speed, 8);
    for (let step = 0; step < 300; step++) speed.read({ tokens: 30, depth: 500, seconds: trueSeconds(30, 500) });
    expect(errorOf(speed, 2000, 0)).toBeLessThan(0.25);
    expect(speed.samples.read.length).toBeLessThan(60);
  });

  it('ignores measurements that cannot be', () => {
    const speed = new ModelSpeed();
    for (const sample of [
      { tokens: 0, depth: 0, seconds: 1 },
      { tokens: 10, depth: 0, seconds: 0 },
      { tokens: 10, depth: 0, seconds: Number.NaN },
      { tokens: 10, depth: -1, seconds: 1 },
    ])
      speed.read(sample);
    expect(speed.readingSeconds(10, 0)).toBeUndefined();
  });
});

describe('how sure the time is', () => {
  it('is not told from the first measurements', () => {
    const speed = new ModelSpeed();
    converse(speed, 4);
    expect(speed.readingSeconds(100, 0)).toBeDefined();
    expect(speed.expectedReading(100, 0)).toBeUndefined();
  });

  it('is a range around the time, that holds what comes, also in the first turns', () => {
    let [told, held] = [0, 0];
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const speed = new ModelSpeed();
      const random = numbers(seed);
      let depth = 0;
      for (let turn = 0; turn < 20; turn++) {
        const tokens = Math.round(30 + 1500 * Math.abs(random()) ** 3);
        const seconds = trueSeconds(tokens, depth) * (1 + 0.3 * random());
        const expected = speed.expectedReading(tokens, depth);
        if (expected !== undefined) {
          told++;
          if (seconds >= expected.low && seconds <= expected.high) held++;
        }
        speed.read({ tokens, depth, seconds });
        depth += tokens;
      }
    }
    expect(told).toBeGreaterThan(100);
    expect(held / told).toBeGreaterThan(0.8);
  });

  it('becomes one number where the turns come out as expected', () => {
    const speed = new ModelSpeed();
    converse(speed, 24, { noise: 0.05 });
    const { seconds = 0, high = 0 } = speed.expectedReading(300, 2000) ?? {};
    expect(high / seconds).toBeLessThan(1.3);
  });

  it('is little for a prompt unlike all that were measured, and nothing where the machine does as it likes', () => {
    const speed = new ModelSpeed();
    for (let turn = 0; turn < 10; turn++) speed.read({ tokens: 40, depth: 100 * turn, seconds: 0.1 });
    const { seconds = 0, high = 0 } = speed.expectedReading(4000, 0) ?? {};
    expect(high / seconds).toBeGreaterThanOrEqual(2);
    for (let turn = 0; turn < 10; turn++) speed.read({ tokens: 40, depth: 0, seconds: turn % 2 === 0 ? 0.01 : 3 });
    expect(speed.expectedReading(40, 0)).toBeUndefined();
  });
});

describe('the speed at which a model writes', () => {
  it('falls with the length of the conversation', () => {
    const speed = new ModelSpeed();
    const seconds = (depth: number): number => 0.01 + depth * 1e-6;
    for (const depth of [200, 4000, 800, 12_000, 1600, 9000])
      speed.wrote({ tokens: 100, depth, seconds: 100 * seconds(depth) });
    expect(speed.writingRate(0)).toBeCloseTo(100, -1);
    expect((speed.writingRate(20_000) ?? 0) * seconds(20_000)).toBeCloseTo(1, 1);
  });

  it('is not told from a few tokens', () => {
    const speed = new ModelSpeed();
    speed.wrote({ tokens: 2, depth: 0, seconds: 1 });
    expect(speed.writingRate(0)).toBeUndefined();
  });
});

describe('what is remembered of speeds', () => {
  function memory(values = new Map<string, unknown>()): {
    readonly kept: KeptValues;
    readonly values: Map<string, unknown>;
  } {
    const kept: KeptValues = {
      get: <T>(key: string) => values.get(key) as T | undefined,
      update: async (key, value) => void values.set(key, JSON.parse(JSON.stringify(value))),
    };
    return { kept, values };
  }

  it('is there after a restart, for each model', async () => {
    const { kept } = memory();
    const before = new SpeedMemory(kept);
    before.of('small').read({ tokens: 100, depth: 0, seconds: 0.1 });
    before.of('small').wrote({ tokens: 100, depth: 0, seconds: 2 });
    before.of('large').read({ tokens: 100, depth: 0, seconds: 5 });
    await before.keep('small');
    await before.keep('large');
    const after = new SpeedMemory(kept);
    expect(after.of('small').readingSeconds(200, 0)).toBeCloseTo(0.2);
    expect(after.of('small').writingRate(0)).toBeCloseTo(50);
    expect(after.of('large').readingSeconds(200, 0)).toBeCloseTo(10);
    expect(after.of('unknown').readingSeconds(200, 0)).toBeUndefined();
  });

  it('includes how sure the times are', async () => {
    const { kept } = memory();
    const before = new SpeedMemory(kept);
    converse(before.of('small'), 12, { noise: 0.2 });
    await before.keep('small');
    const told = new SpeedMemory(kept).of('small').expectedReading(200, 0);
    expect(told?.high).toBeCloseTo(before.of('small').expectedReading(200, 0)?.high ?? 0, 3);
  });

  it('has an end: models that ran the longest time ago go', async () => {
    const { kept } = memory();
    const before = new SpeedMemory(kept);
    for (let model = 0; model < 40; model++) {
      before.of(`${model}`).read({ tokens: 100, depth: 0, seconds: 1 });
      await before.keep(`${model}`);
    }
    const after = new SpeedMemory(kept);
    expect(after.of('0').readingSeconds(100, 0)).toBeUndefined();
    expect(after.of('39').readingSeconds(100, 0)).toBeCloseTo(1);
  });

  it('leaves out what is damaged', () => {
    const { kept } = memory(
      new Map<string, unknown>([
        ['speeds', { a: { read: [[100, 0, 1], ['x', 0, 1], 7, [100, 0, -1]] }, b: 'no', c: { read: 4 } }],
      ]),
    );
    const after = new SpeedMemory(kept);
    expect(after.of('a').samples.read).toEqual([{ tokens: 100, depth: 0, seconds: 1 }]);
    for (const model of ['b', 'c']) expect(after.of(model).samples).toEqual({ read: [], written: [] });
  });
});
