import { z } from 'zod';
import type { Priority, SamplingOptions } from '../../../protocol/generation.ts';
import { invalidField, optional } from './parse-fields.ts';
import { priorities } from '../../../protocol/generation.ts';
import { biasLimit, choicesLimit, limitText, samplingLimits, stopsMax } from '../../../protocol/limits.ts';
import type { Limit } from '../../../protocol/limits.ts';

/** A number within `limit`, with one error sentence for all values outside it. */
export function within(limit: Limit) {
  const expected = `Expected ${limitText(limit)}.`;
  return (limit.whole ? z.int() : z.number()).min(limit.least, expected).max(limit.most, expected);
}

/** Tokens of an answer; -1, as llama.cpp's server has it, is no limit. */
export const answerTokens = optional(
  z
    .int()
    .min(-1, 'Expected at least 1, or -1 for no limit.')
    .refine((value) => value !== 0, 'Expected at least 1, or -1 for no limit.'),
);

/** Fields that chat and raw completions share: sampling, stopping, and how the answer is sent. */
export const samplingFields = {
  model: optional(z.string()),
  temperature: optional(within(samplingLimits.temperature)),
  top_p: optional(within(samplingLimits.topP)),
  top_k: optional(within({ ...samplingLimits.topK, least: -1 })), // -1 switches it off, as 0 does
  min_p: optional(within(samplingLimits.minP)),
  presence_penalty: optional(within(samplingLimits.presencePenalty)),
  frequency_penalty: optional(within(samplingLimits.frequencyPenalty)),
  repeat_penalty: optional(within(samplingLimits.repeatPenalty)),
  repetition_penalty: optional(within(samplingLimits.repeatPenalty)),
  seed: optional(z.number().refine((value) => Number.isInteger(value), 'Expected a whole number.')),
  logit_bias: optional(z.record(z.string(), within(biasLimit))),
  stop: optional(
    z.union(
      [z.string(), z.array(z.string()).max(stopsMax, `Expected at most ${stopsMax} stop strings.`)],
      'Expected a string or an array of strings.',
    ),
  ),
  max_tokens: answerTokens,
  n: optional(within(choicesLimit)),
  stream: optional(z.boolean()),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  priority: optional(z.enum(Object.keys(priorities) as [Priority, ...Priority[]])),
};

type SamplingFields = z.output<z.ZodObject<typeof samplingFields>>;

/** The request's sampling; omitted fields stay omitted. `vocabularySize` bounds the ids of `logit_bias`. */
export function readSampling(fields: SamplingFields, vocabularySize: number): SamplingOptions {
  for (const id of Object.keys(fields.logit_bias ?? {})) {
    if (!/^\d+$/.test(id) || Number(id) >= vocabularySize)
      throw invalidField('logit_bias', `Expected token ids below ${vocabularySize} as keys but received "${id}".`);
  }
  return {
    temperature: fields.temperature,
    topP: fields.top_p,
    topK: fields.top_k === undefined ? undefined : Math.max(0, fields.top_k),
    minP: fields.min_p,
    presencePenalty: fields.presence_penalty,
    frequencyPenalty: fields.frequency_penalty,
    repeatPenalty: fields.repeat_penalty ?? fields.repetition_penalty,
    // Clients of llama.cpp's server send -1 for a random seed.
    seed: fields.seed === undefined || fields.seed === -1 ? undefined : seedOf(fields.seed, 0),
    logitBias: fields.logit_bias,
  };
}

/** The seed of one of several choices: the first has the request's own, and no two are alike. Seeds are uint32. */
export function seedOf(seed: number, choice: number): number {
  return (((seed + choice) % 2 ** 32) + 2 ** 32) % 2 ** 32;
}

/** The limit of an answer's tokens; undefined: until the context is full. */
export function readMaxTokens(tokens: number | undefined): number | undefined {
  return tokens === -1 ? undefined : tokens;
}

/** Stop strings as an array. Empty ones, which forms of clients send for a field that is not set, are left out. */
export function readStop(stop: SamplingFields['stop']): readonly string[] {
  return (typeof stop === 'string' ? [stop] : (stop ?? [])).filter((text) => text !== '');
}
