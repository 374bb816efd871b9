import { TokenLog } from './token-log.ts';

/** What the index knows of the run that writes to a sequence. */
export interface Writer {
  readonly priority: number;
  /** It generates nothing: the sequence will end where its prompt ends. */
  readonly endsWithPrompt: boolean;
}

/** A sequence that holds tokens in the KV pool. Owns: how many of its tokens are computed. */
export class Resident {
  readonly sequence: number;
  /** The tokens it holds or, while its writer computes a prompt, will hold. */
  readonly tokens = new TokenLog();
  /** Set while a run writes to it; there is at most one. */
  writer: Writer | undefined;
  /** The index's clock when it was last used. */
  usedAt = 0;
  #computed = 0;

  constructor(sequence: number) {
    this.sequence = sequence;
  }

  /** Number of tokens, from the first, whose KV is known to be in the pool. */
  get computed(): number {
    return this.#computed;
  }

  /** Notes that the KV of exactly the first `length` tokens is in the pool. */
  markComputed(length: number): void {
    this.#computed = length;
  }

  /** Cuts the sequence to its first `length` tokens, all of them computed. */
  cut(length: number): void {
    this.tokens.truncate(length);
    this.#computed = length;
  }
}
