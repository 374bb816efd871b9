import { CodedError } from '../../protocol/coded-error.ts';

/** Both in tokens: one cell holds one token. */
export interface AdmissionLimits {
  readonly contextTokens: number;
  readonly cells: number;
}

/**
 * Returns the most tokens that a request may generate. Throws `request.invalid` for an empty prompt, and
 * `context.overflow` or `pool.overflow`, with both numbers in `data`, for a prompt that can never run.
 */
export function generateLimit(prompt: number, maxTokens: number | undefined, limits: AdmissionLimits): number {
  const answer = maxTokens === 0 ? 0 : 1;
  if (prompt === 0)
    throw new CodedError('request.invalid', 'The prompt is empty: it needs at least one token.', {
      data: { field: 'prompt' },
    });
  if (prompt + answer > limits.contextTokens) {
    const context = limits.contextTokens;
    const fact = `The prompt has ${prompt} tokens, but the context holds ${context}, the answer included`;
    throw new CodedError('context.overflow', `${fact}: shorten the conversation.`, { data: { prompt, context } });
  }
  if (prompt + answer > limits.cells) {
    const pool = limits.cells;
    const fact = `The prompt has ${prompt} tokens, but the KV pool holds ${pool}, the answer included`;
    const advice = 'shorten the conversation or load the model with a larger context';
    throw new CodedError('pool.overflow', `${fact}: ${advice}.`, { data: { prompt, pool } });
  }
  return Math.min(maxTokens ?? Number.MAX_SAFE_INTEGER, Math.min(limits.contextTokens, limits.cells) - prompt);
}
