import type { ServedVocabulary } from './served-model.ts';

/**
 * The text of one raw completion as its tokens arrive. Text that may be the beginning of a stop string is kept back
 * until it is sure; a character that spans tokens comes when it is whole; tokens that end a generation have no text.
 */
export class CompletionText {
  readonly #vocabulary: ServedVocabulary;
  readonly #stop: readonly string[];
  readonly #decoder = new TextDecoder('utf-8');
  #held = '';
  #text = '';
  #ended = false;

  constructor(vocabulary: ServedVocabulary, stop: readonly string[]) {
    this.#vocabulary = vocabulary;
    this.#stop = stop;
  }

  /** All text that `push` and `end` have returned. */
  get text(): string {
    return this.#text;
  }

  /** The text that became certain. */
  push(tokens: Iterable<number>): string {
    let fresh = '';
    for (const token of tokens) {
      if (!this.#vocabulary.isEnd(token)) fresh += this.#decoder.decode(this.#vocabulary.piece(token), { stream: true });
    }
    return this.#take(fresh);
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
    const found = this.#stop.map((stop) => ({ at: text.indexOf(stop), length: stop.length })).filter(({ at }) => at >= 0);
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
