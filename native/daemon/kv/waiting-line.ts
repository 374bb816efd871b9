import { CodedError } from '../../protocol/coded-error.ts';

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

export function queueFull(waiting: number, queueMax: number, retryAfterSeconds: number): CodedError {
  return new CodedError(
    'queue.full',
    `${waiting} requests wait already: try again in about ${retryAfterSeconds} seconds.`,
    {
      data: { waiting, queueMax, retryAfterSeconds },
    },
  );
}
