/** Outcome of a request. */
export type Outcome = 'ok' | 'invalid' | 'refused' | 'cancelled' | 'failed';

/** Counts finished requests by endpoint and outcome, for the metrics. */
export class RequestCounters {
  readonly #counts = new Map<string, { endpoint: string; outcome: Outcome; count: number }>();

  /** Notes that a request to `endpoint` (its path pattern) ended with `outcome`. */
  record(endpoint: string, outcome: Outcome): void {
    const key = `${endpoint} ${outcome}`;
    const entry = this.#counts.get(key);
    if (entry === undefined) this.#counts.set(key, { endpoint, outcome, count: 1 });
    else entry.count += 1;
  }

  /** All counts so far, in the order of their first request. */
  list(): readonly { readonly endpoint: string; readonly outcome: Outcome; readonly count: number }[] {
    return [...this.#counts.values()];
  }
}
