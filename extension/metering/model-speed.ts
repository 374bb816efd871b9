import { fitTimes, timeOf, type TimedWork } from './time-fit.ts';

/** Tokens that were read or written behind `depth` others, and the seconds that took. */
export interface SpeedSample {
  readonly tokens: number;
  readonly depth: number;
  readonly seconds: number;
  /** What was expected; absent where too little was known to expect anything. */
  readonly expected?: number;
}

/** Seconds that something is expected to take, and between which two they most likely lie. */
export interface ExpectedTime {
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
}

interface SpeedSamples {
  readonly read: readonly SpeedSample[];
  readonly written: readonly SpeedSample[];
}

const samplesMax = 48;
/** After so many newer samples of its size one counts half. */
const halfLife = 6;
/** The level follows the latest samples: the machine may be busier, or cooler, than it was. */
const levelHalfLife = 2;
const levelRounds = 3;
/** Fewer written tokens say little. */
const writtenLeast = 4;

/** A forecast is believed once so many could be compared with what came after them. */
const checksLeast = 3;
/** So many of the latest forecasts tell how far off the next may be. */
const checksMost = 8;
/** So many measurements are needed for a forecast that is compared. */
const checkedFrom = 2;
/** A prompt this many times longer or shorter than all measured ones is a guess, off by this factor at least. */
const unlike = { times: 4, factor: 2 };
/** Off by more than this factor, a forecast tells nothing. */
const vagueFactor = 6;

/** Tokens of a batch; what is left over makes a smaller one. */
const batchTokens = 512;
/** The processor attends in tiles of this many tokens; a batch with fewer goes one by one. */
const tileTokens = 64;

/**
 * A prompt takes a while in any case, then something per token, something per pair of tokens that attend to each other,
 * and something more per pair within a small batch. A written token takes something, and something per token before it.
 */
const readingFormulas = [[1], [0, 1], [1, 2], [0, 1, 2], [1, 2, 3], [0, 1, 2, 3]];
const writingFormulas = [[0], [0, 1]];

/** How fast a model reads and writes on this machine, learnt from what it did. Owns: the samples. */
export class ModelSpeed {
  #read: readonly SpeedSample[];
  #written: readonly SpeedSample[];
  constructor({ read, written }: SpeedSamples = { read: [], written: [] }) {
    this.#read = read;
    this.#written = written;
  }

  get samples(): SpeedSamples {
    return { read: this.#read, written: this.#written };
  }

  /** The model has read a prompt: `seconds` until the first token of its reply. */
  read(sample: SpeedSample): void {
    if (!isUsable(sample)) return;
    const isChecked = this.#read.length >= checkedFrom;
    const expected = isChecked ? this.readingSeconds(sample.tokens, sample.depth) : undefined;
    this.#read = kept([...this.#read, { ...sample, ...(expected !== undefined && { expected }) }]);
  }

  wrote(sample: SpeedSample): void {
    if (isUsable(sample) && sample.tokens >= writtenLeast) this.#written = kept([...this.#written, sample]);
  }

  /** Seconds until the first token of a reply to `tokens` behind `depth` others. Undefined before any measurement. */
  readingSeconds(tokens: number, depth: number): number | undefined {
    const samples = this.#read;
    const ages = agesOf(samples);
    const work = samples.map((sample, at) => ({
      amounts: readingAmounts(sample.tokens, sample.depth),
      seconds: sample.seconds,
      weight: 0.5 ** ((ages[at] ?? 0) / halfLife) * likeness(sample.tokens, tokens),
    }));
    return expected(work, readingAmounts(tokens, depth), readingFormulas);
  }

  /** The same, with how sure it is. Undefined as well while too little was measured to tell how sure. */
  expectedReading(tokens: number, depth: number): ExpectedTime | undefined {
    const seconds = this.readingSeconds(tokens, depth);
    const misses = missesOf(this.#read);
    // One of many may be an accident: another program took the machine.
    const usual = misses.at(misses.length === checksMost ? -2 : -1);
    if (seconds === undefined || usual === undefined || misses.length < checksLeast) return undefined;
    const factor = isUnlike(tokens, this.#read) ? Math.max(usual, unlike.factor) : usual;
    if (!(factor <= vagueFactor)) return undefined;
    return { seconds, low: seconds / factor, high: seconds * factor };
  }

  /** Tokens per second of a reply behind `depth` tokens. Undefined before any measurement. */
  writingRate(depth: number): number | undefined {
    const samples = this.#written;
    const work = samples.map((sample, at) => ({
      amounts: [1, sample.depth],
      seconds: sample.seconds / sample.tokens,
      weight: 0.5 ** ((samples.length - 1 - at) / (2 * halfLife)),
    }));
    const seconds = expected(work, [1, depth], writingFormulas);
    return seconds === undefined || seconds === 0 ? undefined : 1 / seconds;
  }
}

/**
 * What work of these amounts takes, by all that was measured, at the level of the latest measurements: a machine that
 * is busier now than it was takes longer for everything.
 */
function expected(
  work: readonly TimedWork[],
  amounts: readonly number[],
  formulas: readonly (readonly number[])[],
): number | undefined {
  let levels = work.map(() => 1);
  let rates: readonly number[] | undefined;
  for (let round = 0; round < levelRounds; round++) {
    const known = levels;
    const level = work.map((each, at) => ({ ...each, seconds: each.seconds / (known[at] ?? 1) }));
    rates = fitTimes(level, formulas);
    if (rates === undefined) return undefined;
    levels = levelsOf(work, rates);
  }
  return rates === undefined ? undefined : timeOf(amounts, rates) * (levels.at(-1) ?? 1);
}

/** By how much the machine was slower than these rates around the time of each measurement. */
function levelsOf(work: readonly TimedWork[], rates: readonly number[]): number[] {
  const ratios = work.map((each) => each.seconds / timeOf(each.amounts, rates));
  return ratios.map((_ratio, at) =>
    weightedMedian(ratios.map((value, other) => ({ value, weight: 0.5 ** (Math.abs(at - other) / levelHalfLife) }))),
  );
}

function weightedMedian(values: readonly { readonly value: number; readonly weight: number }[]): number {
  const sorted = [...values].sort((left, right) => left.value - right.value);
  let left = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  for (const { value, weight } of sorted) {
    left -= weight;
    if (left <= 0) return value;
  }
  return 1;
}

/** How many newer samples of its size each has. */
function agesOf(samples: readonly SpeedSample[]): readonly number[] {
  const newer = new Map<number, number>();
  const ages = samples.toReversed().map(({ tokens }) => {
    const size = sizeOf(tokens);
    const age = newer.get(size) ?? 0;
    newer.set(size, age + 1);
    return age;
  });
  return ages.toReversed();
}

/** By what factor each of the latest measurements was off from its forecast, smallest first. */
function missesOf(samples: readonly SpeedSample[]): readonly number[] {
  return samples
    .flatMap(({ seconds, expected = 0 }) => (expected > 0 ? [Math.max(expected / seconds, seconds / expected)] : []))
    .slice(-checksMost)
    .sort((left, right) => left - right);
}

function isUnlike(tokens: number, samples: readonly SpeedSample[]): boolean {
  return samples.every((sample) => Math.abs(Math.log(sample.tokens / Math.max(1, tokens))) > Math.log(unlike.times));
}

/** Sizes that differ by less than a factor of two are one. */
function sizeOf(tokens: number): number {
  return Math.floor(Math.log2(tokens));
}

function readingAmounts(tokens: number, depth: number): readonly number[] {
  const rest = tokens % batchTokens;
  const small = rest < tileTokens ? rest : 0;
  return [1, tokens, tokens * (depth + tokens / 2), small * (depth + tokens - small / 2)];
}

/** Prompts of another size say less about this one: batches fill differently. */
function likeness(left: number, right: number): number {
  return 1 / (1 + Math.log(left / Math.max(1, right)) ** 2);
}

function isUsable({ tokens, depth, seconds }: SpeedSample): boolean {
  return tokens > 0 && depth >= 0 && seconds > 0 && [tokens, depth, seconds].every(Number.isFinite);
}

/** At most `samplesMax`: of the sizes that has the most, the oldest goes. Small prompts must not push out the large. */
function kept(samples: readonly SpeedSample[]): readonly SpeedSample[] {
  if (samples.length <= samplesMax) return samples;
  const sizes = samples.map(({ tokens }) => sizeOf(tokens));
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const gone = sizes.findIndex((size) => counts.get(size) === most);
  return samples.filter((_sample, at) => at !== gone);
}
