import { CodedError } from '../../protocol/coded-error.ts';

export interface Queued {
  readonly priority: number; // lower first
  readonly order: number; // arrival
  /** It has run before, so it goes before new requests of its priority. */
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

  /** Number of items before it. */
  ahead(item: T): number {
    return this.#items.indexOf(item);
  }

  /** All items in order; a copy, so that the queue may change while it is read. */
  items(): readonly T[] {
    return [...this.#items];
  }
}

function goesBefore(left: Queued, right: Queued): boolean {
  if (left.priority !== right.priority) return left.priority < right.priority;
  if (left.parked !== right.parked) return left.parked;
  return left.order < right.order;
}

/** Estimates when a request can start: mean duration of recent runs, times the waiting ones, divided by the places. */
export class WaitEstimate {
  #meanSeconds = 5;

  add(seconds: number): void {
    this.#meanSeconds += (seconds - this.#meanSeconds) * 0.2;
  }

  seconds(waiting: number, parallel: number): number {
    return Math.min(120, Math.max(1, Math.ceil((this.#meanSeconds * (waiting + 1)) / parallel)));
  }
}

/** The error for a request when `queueMax` others wait already; `retryAfterSeconds` is the estimate of the wait. */
export function queueFull(waiting: number, queueMax: number, retryAfterSeconds: number): CodedError {
  return new CodedError(
    'queue.full',
    `${waiting} requests wait already: try again in about ${retryAfterSeconds} seconds.`,
    {
      data: { waiting, queueMax, retryAfterSeconds },
    },
  );
}
