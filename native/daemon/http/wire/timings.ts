import type { GenerateResult } from '../../../protocol/generation.ts';

/**
 * The `timings` extension of llama.cpp's server, for one choice: tokens, milliseconds, milliseconds per token and
 * tokens per second of the prompt (`prompt_`) and of the answer (`predicted_`); `cache_n` are reused tokens, `queue_ms`
 * the wait in the queue.
 */
export function timingsOf({ usage, timings }: Pick<GenerateResult, 'usage' | 'timings'>): object {
  return {
    cache_n: usage.reused,
    prompt_n: usage.computed,
    prompt_ms: timings.prefill,
    prompt_per_token_ms: perToken(usage.computed, timings.prefill),
    prompt_per_second: perSecond(usage.computed, timings.prefill),
    predicted_n: usage.generated,
    predicted_ms: timings.decode,
    predicted_per_token_ms: perToken(Math.max(0, usage.generated - 1), timings.decode),
    // The first token comes from computing the prompt: `decode` does not include it.
    predicted_per_second: perSecond(Math.max(0, usage.generated - 1), timings.decode),
    queue_ms: timings.queue,
  };
}

function perToken(tokens: number, milliseconds: number): number {
  return tokens > 0 ? milliseconds / tokens : 0;
}

function perSecond(tokens: number, milliseconds: number): number {
  return milliseconds > 0 ? (tokens * 1000) / milliseconds : 0;
}
