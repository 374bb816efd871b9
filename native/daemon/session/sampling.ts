import type { NativeSampling } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { SamplingOptions } from '../../protocol/generation.ts';
import { biasLimit, isWithin, limitText, samplingLimits } from '../../protocol/limits.ts';

type Numbers = Omit<SamplingOptions, 'logitBias'>;

/** "All tokens", for samplers that want a number. */
const allTokens = samplingLimits.repeatLastN.most;

/** The values that change nothing, but for temperature. The DRY values are those of llama.cpp (common.h). */
const neutral: Required<Numbers> = {
  temperature: 0.7,
  topK: 0,
  topP: 1,
  minP: 0,
  repeatPenalty: 1,
  repeatLastN: 64,
  frequencyPenalty: 0,
  presencePenalty: 0,
  dryMultiplier: 0,
  dryBase: 1.75,
  dryAllowedLength: 2,
  seed: 0,
};

const drySequenceBreakers = ['\n', ':', '"', '*'];

/**
 * Fills what `options` leaves out from `defaults`, then from neutral values, and checks every value. Without a seed one
 * is drawn. Throws `request.invalid` with the field's name in `data.field`.
 */
export function toNativeSampling(options: SamplingOptions | undefined, defaults: SamplingOptions): NativeSampling {
  const value = (field: keyof Numbers): number => checked(field, options?.[field] ?? defaults[field] ?? neutral[field]);
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
    seed:
      (options?.seed ?? defaults.seed) === undefined
        ? Math.floor(Math.random() * samplingLimits.seed.most)
        : value('seed'),
    logitBias: logitBias(options?.logitBias ?? defaults.logitBias ?? {}),
  };
}

function checked(field: keyof Numbers, value: number): number {
  const limit = samplingLimits[field];
  if (isWithin(limit, value)) return value;
  throw new CodedError(
    'request.invalid',
    `Expected ${limitText(limit)} for sampling.${field} but received ${String(value)}.`,
    { data: { field: `sampling.${field}` } },
  );
}

function logitBias(biases: Readonly<Record<string, number>>): NativeSampling['logitBias'] {
  return Object.entries(biases).map(([id, bias]) => {
    if (!/^\d{1,9}$/.test(id) || !isWithin(biasLimit, bias)) {
      const expected = `token ids as keys and ${limitText(biasLimit)} as each value of sampling.logitBias`;
      throw new CodedError(
        'request.invalid',
        `Expected ${expected} but received ${id.slice(0, 40)}: ${String(bias)}.`,
        { data: { field: 'sampling.logitBias' } },
      );
    }
    return { token: Number(id), bias };
  });
}
