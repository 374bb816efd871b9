import { TokenLog } from './token-log.ts';

/** Facts about the run that is writing to a sequence. */
export interface Writer {
  readonly priority: number;
  /** It only computes its prompt, so the sequence will end where the prompt ends. */
  readonly endsWithPrompt: boolean;
}

/** A sequence that holds tokens in the KV pool. Owns: how many of its tokens are computed. */
export class Resident {
  readonly sequence: number;
  /** The tokens it holds or, while its writer computes a prompt, will hold. */
  readonly tokens = new TokenLog();
  /** Set while a run writes to it; one run at a time. */
  writer: Writer | undefined;
  /** The index's clock when it was last used. */
  usedAt = 0;
  #computed = 0;

  constructor(sequence: number) {
    this.sequence = sequence;
  }

  /** Number of tokens, from the first, with their KV known to be in the pool. */
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
