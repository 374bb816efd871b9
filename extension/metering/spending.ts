/**
 * What a turn or a conversation took. Tokens of prompts (found in the cache, or read), tokens of replies; seconds in
 * which the model read, in which it wrote, and in which tools ran. A delegate's tokens count, its time is its tool's.
 */
export interface Spending {
  readonly reused: number;
  readonly computed: number;
  readonly generated: number;
  readonly reading: number;
  readonly writing: number;
  readonly tools: number;
  /** An estimate. Undefined: nothing is known of it, such as of an engine elsewhere. */
  readonly wattHours?: number | undefined;
}

export const nothingSpent: Spending = { reused: 0, computed: 0, generated: 0, reading: 0, writing: 0, tools: 0 };

export function addSpending(left: Spending, right: Spending): Spending {
  const wattHours =
    left.wattHours === undefined && right.wattHours === undefined
      ? undefined
      : (left.wattHours ?? 0) + (right.wattHours ?? 0);
  return {
    reused: left.reused + right.reused,
    computed: left.computed + right.computed,
    generated: left.generated + right.generated,
    reading: left.reading + right.reading,
    writing: left.writing + right.writing,
    tools: left.tools + right.tools,
    ...(wattHours !== undefined && { wattHours }),
  };
}

/** What the user compares with: the price of a million tokens in a currency. */
export interface TokenPrice {
  readonly prompt: number;
  /** Of prompt tokens found in the cache. */
  readonly cachedPrompt: number;
  readonly completion: number;
  readonly currency: string;
}
