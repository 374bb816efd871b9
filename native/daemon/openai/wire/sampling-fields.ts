import { z } from 'zod';
import type { Priority, SamplingOptions } from '../../../protocol/generation.ts';
import { invalidField, optional } from './parse-fields.ts';
import { priorities } from '../../../protocol/generation.ts';

const range = (low: number, high: number) =>
  optional(
    z
      .number()
      .min(low, `Expected a number from ${low} to ${high}.`)
      .max(high, `Expected a number from ${low} to ${high}.`),
  );
const above = (low: number) => optional(z.number().gt(low, `Expected a number above ${low}.`));

/** Fields that chat and raw completions share: sampling, stopping, and how the answer is sent. */
export const samplingFields = {
  model: optional(z.string()),
  temperature: range(0, 2),
  top_p: range(0, 1),
  top_k: optional(z.int().min(-1, 'Expected a whole number, 0 to switch it off.')),
  min_p: range(0, 1),
  presence_penalty: range(-2, 2),
  frequency_penalty: range(-2, 2),
  repeat_penalty: above(0),
  repetition_penalty: above(0),
  seed: optional(z.int()),
  logit_bias: optional(
    z.record(
      z.string(),
      z.number().min(-100, 'Expected a number from -100 to 100.').max(100, 'Expected a number from -100 to 100.'),
    ),
  ),
  stop: optional(
    z.union(
      [z.string(), z.array(z.string()).max(16, 'Expected at most 16 stop strings.')],
      'Expected a string or an array of strings.',
    ),
  ),
  max_tokens: optional(z.int().min(1, 'Expected at least 1.')),
  n: optional(z.int().min(1, 'Expected a number from 1 to 8.').max(8, 'Expected a number from 1 to 8.')),
  stream: optional(z.boolean()),
  stream_options: optional(z.object({ include_usage: optional(z.boolean()) })),
  priority: optional(z.enum(Object.keys(priorities) as [Priority, ...Priority[]])),
};

type SamplingFields = z.output<z.ZodObject<typeof samplingFields>>;

/** The request's sampling; what it leaves out stays left out. `vocabularySize` bounds the ids of `logit_bias`. */
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
    // -1 asks for a random seed in llama.cpp's servers, and is what their clients send.
    seed: fields.seed === undefined || fields.seed === -1 ? undefined : seedOf(fields.seed, 0),
    logitBias: fields.logit_bias,
  };
}

/** The seed of one of several choices: the first has the request's own, and no two are alike. Seeds are uint32. */
export function seedOf(seed: number, choice: number): number {
  return (((seed + choice) % 2 ** 32) + 2 ** 32) % 2 ** 32;
}

/** Stop strings as an array. An empty one would stop every answer at once and is refused. */
export function readStop(stop: SamplingFields['stop']): readonly string[] {
  const list = typeof stop === 'string' ? [stop] : (stop ?? []);
  if (list.includes('')) throw invalidField('stop', 'Expected stop strings that are not empty.');
  return list;
}
