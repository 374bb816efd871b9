import type { NativeLogprob } from '../../../addon/contract.ts';
import type { EndpointVocabulary } from '../endpoint-model.ts';

/** A token's logprob and where in the completion its text begins. */
export interface PlacedLogprob {
  readonly entry: NativeLogprob;
  readonly offset: number;
}

/**
 * The text of one raw completion as its tokens arrive. Text that may be the beginning of a stop string is kept back
 * until it is sure; a character that spans tokens comes when it is whole; tokens that end a generation have no text.
 */
export class CompletionText {
  readonly #vocabulary: EndpointVocabulary;
  readonly #stop: readonly string[];
  readonly #decoder = new TextDecoder('utf-8');
  #held = '';
  #text = '';
  #ended = false;
  /** Length of all text so far, that of a stop string included. */
  #decoded = 0;
  #placed: PlacedLogprob[] = [];

  constructor(vocabulary: EndpointVocabulary, stop: readonly string[]) {
    this.#vocabulary = vocabulary;
    this.#stop = stop;
  }

  /** All text that `push` and `end` have returned. */
  get text(): string {
    return this.#text;
  }

  /** The text that became certain. `logprobs`: one per token, where they were asked for. */
  push(tokens: Iterable<number>, logprobs: readonly NativeLogprob[] = []): string {
    let fresh = '';
    let at = 0;
    for (const token of tokens) {
      const entry = logprobs[at++];
      if (this.#vocabulary.isEnd(token)) continue;
      // A character that spans tokens begins where the text before it ends, for each of them.
      if (entry !== undefined) this.#placed.push({ entry, offset: this.#decoded });
      const text = this.#decoder.decode(this.#vocabulary.piece(token), { stream: true });
      this.#decoded += text.length;
      fresh += text;
    }
    return this.#take(fresh);
  }

  /** The logprobs of tokens whose text has begun to come since the last call; those of a stop string never come. */
  takeLogprobs(): PlacedLogprob[] {
    const taken = this.#placed.filter(({ offset }) => offset < this.#text.length);
    this.#placed = this.#placed.slice(taken.length);
    return taken;
  }

  /** The rest, once no more tokens come. */
  end(): string {
    const rest = this.#take(this.#decoder.decode());
    if (this.#ended) return rest;
    const held = this.#held;
    this.#held = '';
    this.#text += held;
    return rest + held;
  }

  #take(fresh: string): string {
    if (this.#ended) return '';
    const whole = this.#held + fresh;
    const stop = this.#firstStop(whole);
    this.#ended = stop !== undefined;
    const certain = stop ?? whole.length - this.#uncertain(whole);
    this.#held = this.#ended ? '' : whole.slice(certain);
    this.#text += whole.slice(0, certain);
    return whole.slice(0, certain);
  }

  /** Where the stop string begins that is complete first (of two that end alike, the longer one): not a matter of how tokens are cut. */
  #firstStop(text: string): number | undefined {
    const found = this.#stop
      .map((stop) => ({ at: text.indexOf(stop), length: stop.length }))
      .filter(({ at }) => at >= 0);
    return found.sort((a, b) => a.at + a.length - (b.at + b.length) || a.at - b.at)[0]?.at;
  }

  /** Length of the longest end of `text` that begins a stop string. */
  #uncertain(text: string): number {
    const longest = Math.min(text.length, Math.max(0, ...this.#stop.map((stop) => stop.length - 1)));
    for (let length = longest; length > 0; length -= 1) {
      const tail = text.slice(-length);
      if (this.#stop.some((stop) => stop.startsWith(tail))) return length;
    }
    return 0;
  }
}
