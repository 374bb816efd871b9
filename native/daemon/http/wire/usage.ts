import type { TokenUsage } from '../../../protocol/generation.ts';

interface UsageBody {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

interface ChatUsageBody extends UsageBody {
  readonly completion_tokens_details: { readonly reasoning_tokens: number };
}

/**
 * OpenAI's `usage` of one request. All choices share one prompt, so its tokens count once; `cached_tokens` is the
 * smallest cached part of any choice.
 */
export function usageOf(choices: readonly { readonly usage: TokenUsage }[]): ChatUsageBody {
  const usages = choices.map((choice) => choice.usage);
  const first = usages[0] ?? { reused: 0, computed: 0, generated: 0 };
  const generated = sum(usages.map((usage) => usage.generated));
  return {
    ...usageBody(first.reused + first.computed, generated, Math.min(...usages.map((usage) => usage.reused))),
    completion_tokens_details: { reasoning_tokens: sum(usages.map((usage) => usage.reasoning ?? 0)) },
  };
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

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
