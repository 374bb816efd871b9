import type { GenerateEvent } from '../../protocol/generation.ts';
import type { LoadProgress } from '../../protocol/methods.ts';
import type { Outbound } from './outbound.ts';

/** The values of `$/progress`. */
export type Progress = GenerateEvent | LoadProgress;

/**
 * Sends the progress of one request to the client. While the client reads slowly, events wait here and merge with their
 * neighbours, so that the memory they take is bounded by the text itself.
 */
export class ProgressStream {
  readonly #outbound: Outbound;
  readonly #send: (value: Progress) => void;
  #held: Progress[] = [];
  #waiting = false;

  constructor(outbound: Outbound, send: (value: Progress) => void) {
    this.#outbound = outbound;
    this.#send = send;
  }

  /** Sends a value, or keeps it while the client reads slowly. */
  push(value: Progress): void {
    if (this.#held.length === 0 && !this.#outbound.congested) {
      this.#send(value);
      return;
    }
    const last = this.#held.at(-1);
    const merged = last === undefined ? undefined : mergeProgress(last, value);
    if (merged === undefined) this.#held.push(value);
    else this.#held[this.#held.length - 1] = merged;
    if (!this.#waiting) {
      this.#waiting = true;
      void this.#outbound.ready().then(() => {
        this.#waiting = false;
        this.flush();
      });
    }
  }

  /** Sends all events that wait; called before the request's answer, which must come last. */
  flush(): void {
    const held = this.#held;
    this.#held = [];
    for (const value of held) this.#send(value);
  }
}

/** One event with the meaning of `first` followed by `second`; undefined when there is none. */
export function mergeProgress(first: Progress, second: Progress): Progress | undefined {
  if ('fraction' in first || 'fraction' in second)
    return 'fraction' in first && 'fraction' in second ? second : undefined;
  if (first.kind === 'text' && second.kind === 'text') return { kind: 'text', text: first.text + second.text };
  if (first.kind === 'reasoning' && second.kind === 'reasoning')
    return { kind: 'reasoning', text: first.text + second.text };
  if (first.kind === 'call' && second.kind === 'call' && first.index === second.index) {
    return { ...second, argumentsText: first.argumentsText + second.argumentsText };
  }
  if (first.kind === 'queued' && second.kind === 'queued') return second;
  if (first.kind === 'prefill' && second.kind === 'prefill') return second;
  if (first.kind === 'decode' && second.kind === 'decode') return second;
  return undefined;
}
