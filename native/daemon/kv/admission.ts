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

export function queueFull(waiting: number, queueMax: number, retryAfterSeconds: number): CodedError {
  return new CodedError(
    'queue.full',
    `${waiting} requests wait already: try again in about ${retryAfterSeconds} seconds.`,
    {
      data: { waiting, queueMax, retryAfterSeconds },
    },
  );
}

export interface Queued {
  readonly priority: number; // lower first
  readonly order: number; // arrival
  /** It ran before and goes before new ones of its priority. */
  readonly parked: boolean;
}

/** Requests in the order in which they may run: by priority, then those that were parked, then by arrival. */
export class WaitingLine<T extends Queued> {
  #items: T[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: T): void {
    const at = this.#items.findIndex((other) => goesBefore(item, other));
    this.#items.splice(at < 0 ? this.#items.length : at, 0, item);
  }

  remove(item: T): void {
    this.#items = this.#items.filter((other) => other !== item);
  }

  /** How many stand before it. */
  ahead(item: T): number {
    return this.#items.indexOf(item);
  }

  /** In order; a copy, so that the line may change meanwhile. */
  items(): readonly T[] {
    return [...this.#items];
  }
}

function goesBefore(left: Queued, right: Queued): boolean {
  if (left.priority !== right.priority) return left.priority < right.priority;
  if (left.parked !== right.parked) return left.parked;
  return left.order < right.order;
}

/** Guesses when a place becomes free: the mean duration of recent runs, times those ahead per place. */
export class WaitEstimate {
  #meanSeconds = 5;

  add(seconds: number): void {
    this.#meanSeconds += (seconds - this.#meanSeconds) * 0.2;
  }

  seconds(waiting: number, parallel: number): number {
    return Math.min(120, Math.max(1, Math.ceil((this.#meanSeconds * (waiting + 1)) / parallel)));
  }
}
