import type { NativeSampling } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { SamplingOptions } from '../../protocol/generation.ts';

type Numbers = Omit<SamplingOptions, 'logitBias'>;

interface Range {
  readonly neutral: number;
  readonly low: number;
  readonly high: number;
  readonly whole?: boolean;
}

const uint32Max = 2 ** 32 - 1;
/** "All tokens" for the samplers, which want a number. */
const allTokens = 1 << 17;

/** Values that change nothing, and what is accepted. The DRY values are those of llama.cpp (common.h). */
const ranges = {
  temperature: { neutral: 0.7, low: 0, high: 5 },
  topK: { neutral: 0, low: 0, high: 1_000_000, whole: true },
  topP: { neutral: 1, low: 0, high: 1 },
  minP: { neutral: 0, low: 0, high: 1 },
  repeatPenalty: { neutral: 1, low: 0.01, high: 10 },
  repeatLastN: { neutral: 64, low: -1, high: allTokens, whole: true },
  frequencyPenalty: { neutral: 0, low: -2, high: 2 },
  presencePenalty: { neutral: 0, low: -2, high: 2 },
  dryMultiplier: { neutral: 0, low: 0, high: 10 },
  dryBase: { neutral: 1.75, low: 1, high: 10 },
  dryAllowedLength: { neutral: 2, low: 0, high: 1000, whole: true },
  seed: { neutral: 0, low: 0, high: uint32Max, whole: true },
} satisfies Record<keyof Numbers, Range>;

const drySequenceBreakers = ['\n', ':', '"', '*'];
/** The largest bias, either way: no token comes up against it. */
export const biasMax = 1000;

/**
 * Fills what `options` leaves out from `defaults`, then from neutral values, and checks every value. Without a seed one
 * is drawn. Throws `request.invalid` with the field's name in `data.field`.
 */
export function toNativeSampling(options: SamplingOptions | undefined, defaults: SamplingOptions): NativeSampling {
  const value = (field: keyof Numbers): number =>
    checked(field, options?.[field] ?? defaults[field] ?? ranges[field].neutral);
  const repeatLastN = value('repeatLastN');
  return {
    temperature: value('temperature'),
    topK: value('topK'),
    topP: value('topP'),
    minP: value('minP'),
    repeatPenalty: value('repeatPenalty'),
    repeatLastN: repeatLastN < 0 ? allTokens : repeatLastN,
    frequencyPenalty: value('frequencyPenalty'),
    presencePenalty: value('presencePenalty'),
    dryMultiplier: value('dryMultiplier'),
    dryBase: value('dryBase'),
    dryAllowedLength: value('dryAllowedLength'),
    dryLastN: allTokens,
    drySequenceBreakers,
    seed: (options?.seed ?? defaults.seed) === undefined ? Math.floor(Math.random() * uint32Max) : value('seed'),
    logitBias: logitBias(options?.logitBias ?? defaults.logitBias ?? {}),
  };
}

function checked(field: keyof Numbers, value: number): number {
  const range: Range = ranges[field];
  const isWhole = range.whole !== true || Number.isInteger(value);
  if (Number.isFinite(value) && isWhole && value >= range.low && value <= range.high) return value;
  const kind = range.whole === true ? 'a whole number' : 'a number';
  throw new CodedError(
    'request.invalid',
    `Expected ${kind} from ${range.low} to ${range.high} for sampling.${field} but received ${String(value)}.`,
    { data: { field: `sampling.${field}` } },
  );
}

function logitBias(biases: Readonly<Record<string, number>>): NativeSampling['logitBias'] {
  return Object.entries(biases).map(([id, bias]) => {
    const isBias = typeof bias === 'number' && !Number.isNaN(bias) && bias >= -biasMax && bias <= biasMax;
    if (!/^\d{1,9}$/.test(id) || !isBias) {
      throw new CodedError(
        'request.invalid',
        `Expected token ids as keys and numbers from -${biasMax} to ${biasMax} as values of sampling.logitBias but received ${id.slice(0, 40)}: ${String(bias)}.`,
        {
          data: { field: 'sampling.logitBias' },
        },
      );
    }
    return { token: Number(id), bias };
  });
}
