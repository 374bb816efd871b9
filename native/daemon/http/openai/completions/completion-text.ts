import type { NativeLogprob } from '../../../../addon/contract.ts';
import type { TokenPiece } from '../../../session/stop-string-buffer.ts';
import type { EndpointVocabulary } from '../../endpoint-model.ts';
import { StopStringBuffer } from '../../../session/stop-string-buffer.ts';

/** A token's logprob, and the offset in the completion at which its text begins. */
export interface PlacedLogprob {
  readonly entry: NativeLogprob;
  readonly offset: number;
}

interface CompletionToken extends TokenPiece {
  readonly logprob: NativeLogprob | undefined;
}

/**
 * The text of one raw completion as its tokens arrive. A character that spans tokens comes when it is whole; tokens
 * that end a generation have no text. Text that may begin a stop string is withheld by a StopStringBuffer.
 */
export class CompletionText {
  readonly #vocabulary: EndpointVocabulary;
  readonly #buffer: StopStringBuffer<CompletionToken>;
  readonly #decoder = new TextDecoder('utf-8');
  #text = '';
  #placed: PlacedLogprob[] = [];

  constructor(vocabulary: EndpointVocabulary, stop: readonly string[]) {
    this.#vocabulary = vocabulary;
    this.#buffer = new StopStringBuffer(stop);
  }

  /** All text that `push` and `end` have returned. */
  get text(): string {
    return this.#text;
  }

  /** Takes tokens and returns the text that may be shown now. `logprobs`: one per token, if they were requested. */
  push(tokens: Iterable<number>, logprobs: readonly NativeLogprob[] = []): string {
    const before = this.#text.length;
    let at = 0;
    for (const id of tokens) {
      const token = { id, piece: this.#vocabulary.piece(id), logprob: logprobs[at++] };
      for (const released of this.#buffer.push(token)) this.#accept(released, released.piece);
    }
    return this.#text.slice(before);
  }

  /** Logprobs of the tokens that began to appear as text since the last call; tokens of a stop string have none. */
  takeLogprobs(): PlacedLogprob[] {
    const taken = this.#placed.filter(({ offset }) => offset < this.#text.length);
    this.#placed = this.#placed.slice(taken.length);
    return taken;
  }

  /** Ends the text and returns the rest. `textBytes`: as in RunResult, undefined unless a stop string ended the run. */
  end(textBytes: number | undefined): string {
    const before = this.#text.length;
    const { tokens, part, partOf } = this.#buffer.end(textBytes);
    for (const token of tokens) this.#accept(token, token.piece);
    if (partOf !== undefined) this.#accept(partOf, part);
    this.#text += this.#decoder.decode();
    return this.#text.slice(before);
  }

  #accept({ id, logprob }: CompletionToken, bytes: Uint8Array): void {
    if (this.#vocabulary.isEnd(id)) return;
    // All tokens of one character have its offset.
    if (logprob !== undefined) this.#placed.push({ entry: logprob, offset: this.#text.length });
    this.#text += this.#decoder.decode(bytes, { stream: true });
  }
}
