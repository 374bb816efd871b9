import type { Timings, TokenUsage } from '../../../protocol/generation.ts';

export interface Spent {
  readonly usage: TokenUsage;
  readonly timings: Timings;
}

export interface UsageBody {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/**
 * OpenAI's `usage` of one request. All choices share a prompt, which counts once; what was cached is what the choice
 * that computed most of it found there.
 */
export function usageOf(choices: readonly Spent[]): UsageBody {
  const usages = choices.map((choice) => choice.usage);
  const first = usages[0] ?? { reused: 0, computed: 0, generated: 0 };
  return usageBody(
    first.reused + first.computed,
    sum(usages.map((usage) => usage.generated)),
    Math.min(...usages.map((usage) => usage.reused)),
  );
}

/** OpenAI's `usage` from its three numbers, in tokens. */
export function usageBody(prompt: number, completion: number, cached: number): UsageBody {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached },
  };
}

/**
 * The `timings` extension with the names that llama.cpp's server uses, of the first choice: tokens, milliseconds and
 * tokens per second of the prompt and of the prediction, `cache_n` reused tokens, and the wait in the queue.
 */
export function timingsOf({ usage, timings }: Spent): object {
  return {
    cache_n: usage.reused,
    prompt_n: usage.computed,
    prompt_ms: timings.prefill,
    prompt_per_second: perSecond(usage.computed, timings.prefill),
    predicted_n: usage.generated,
    predicted_ms: timings.decode,
    // The first token comes out of the prompt's computing; its time is not in `decode`.
    predicted_per_second: perSecond(Math.max(0, usage.generated - 1), timings.decode),
    queue_ms: timings.queue,
  };
}

function perSecond(tokens: number, milliseconds: number): number {
  return milliseconds > 0 ? (tokens * 1000) / milliseconds : 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
