import { CodedError } from '../../protocol/coded-error.ts';

export interface AdmissionLimits {
  readonly contextTokens: number;
  readonly cells: number;
}

/**
 * How many tokens a request may generate at most. Throws `context.overflow` or `pool.overflow`, both numbers in `data`,
 * when the prompt can never run.
 */
export function generateLimit(prompt: number, maxTokens: number | undefined, limits: AdmissionLimits): number {
  const answer = maxTokens === 0 ? 0 : 1;
  if (prompt === 0)
    throw new CodedError('request.invalid', 'The prompt is empty: it needs at least one token.', {
      data: { field: 'prompt' },
    });
  if (prompt + answer > limits.contextTokens) {
    throw new CodedError(
      'context.overflow',
      `The prompt has ${prompt} tokens, but the context holds ${limits.contextTokens}, the answer included: shorten the conversation.`,
      {
        data: { prompt, context: limits.contextTokens },
      },
    );
  }
  if (prompt + answer > limits.cells) {
    throw new CodedError(
      'pool.overflow',
      `The prompt has ${prompt} tokens, but the KV pool holds ${limits.cells}, the answer included: shorten the conversation or load the model with a larger context.`,
      {
        data: { prompt, pool: limits.cells },
      },
    );
  }
  return Math.min(maxTokens ?? Number.MAX_SAFE_INTEGER, Math.min(limits.contextTokens, limits.cells) - prompt);
}
