import { z } from 'zod';
import type { Priority, ResponseFormat, SamplingOptions } from '../../../../protocol/generation.ts';
import { logprobsLimit } from '../../../../protocol/limits.ts';
import { constraintFields, readConstraint } from '../constraint-fields.ts';
import { invalidField, optional, parseFields } from '../../wire/parse-fields.ts';
import { readMaxTokens, readSampling, readStop, samplingFields, within } from '../../wire/sampling-fields.ts';

const tokens = z.array(z.int()).min(1, 'Expected at least one token.');
const promptSchema = z.union(
  [z.string(), z.array(z.string()), tokens, z.array(tokens)],
  'Expected a string, an array of strings, or arrays of token ids.',
);

const completionSchema = z.object({
  ...samplingFields,
  ...constraintFields,
  max_tokens: optional(z.int().min(-1, 'Expected 0 or more, or -1 for no limit.')),
  prompt: promptSchema,
  suffix: optional(z.string()),
  echo: optional(z.boolean()),
  logprobs: optional(within(logprobsLimit)),
  best_of: optional(z.int()),
  ignore_eos: optional(z.boolean()), // as llama.cpp's server has it, for measurements
});

type CompletionFields = z.output<typeof completionSchema>;

/** One prompt: text, or token ids that the client made itself. */
export type RawPrompt = string | readonly number[];

/** A completion request in the daemon's own terms. */
export interface CompletionRequest {
  readonly prompts: readonly RawPrompt[];
  readonly suffix: string | undefined;
  readonly echo: boolean;
  readonly logprobs: number; // -1: none
  readonly sampling: SamplingOptions;
  readonly stop: readonly string[];
  readonly maxTokens: number | undefined; // undefined: until the context is full; 0: only the prompt is computed
  readonly format: ResponseFormat | undefined;
  readonly ignoreEnd: boolean; // go on after the end of generation
  readonly choices: number; // per prompt
  readonly priority: Priority;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

/** Checks the body of a completion request. Throws request.invalid with the field. */
export function parseCompletionFields(body: unknown): CompletionFields {
  return parseFields(completionSchema, body);
}

/** The request in the daemon's terms. `vocabularySize` bounds token ids. Throws request.invalid with the field. */
export function readCompletionRequest(fields: CompletionFields, vocabularySize: number): CompletionRequest {
  const prompts = readPrompts(fields.prompt, vocabularySize);
  const choices = fields.n ?? 1;
  if (fields.best_of !== undefined && fields.best_of !== choices)
    throw invalidField('best_of', 'Expected the same number as n: choices are not ranked.');
  if (fields.echo === true && fields.logprobs !== undefined)
    throw invalidField('echo', "The prompt's own logprobs are not computed. Leave out echo or logprobs.");
  if (prompts.length * choices > 64) throw invalidField('prompt', 'Expected at most 64 prompts times choices.');
  return {
    prompts,
    suffix: fields.suffix,
    echo: fields.echo ?? false,
    logprobs: fields.logprobs ?? -1,
    sampling: readSampling(fields, vocabularySize),
    stop: readStop(fields.stop),
    maxTokens: readMaxTokens(fields.max_tokens ?? 16), // OpenAI's default
    format: readConstraint(fields, undefined),
    ignoreEnd: fields.ignore_eos ?? false,
    choices,
    priority: fields.priority ?? 'agent',
    stream: fields.stream ?? false,
    includeUsage: fields.stream_options?.include_usage ?? false,
  };
}

function readPrompts(prompt: CompletionFields['prompt'], vocabularySize: number): RawPrompt[] {
  if (typeof prompt === 'string') return [prompt];
  if (prompt.length === 0) throw invalidField('prompt', 'Expected at least one prompt.');
  const prompts = isTokens(prompt) ? [prompt] : (prompt as string[] | number[][]);
  for (const ids of prompts) {
    if (typeof ids !== 'string' && ids.some((id) => id < 0 || id >= vocabularySize))
      throw invalidField('prompt', `Expected token ids from 0 to ${vocabularySize - 1}.`);
  }
  return [...prompts];
}

function isTokens(prompt: readonly unknown[]): prompt is readonly number[] {
  return typeof prompt[0] === 'number';
}
