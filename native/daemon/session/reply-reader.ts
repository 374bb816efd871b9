import type { NativeLogprob } from '../../addon/contract.ts';
import type { AssistantMessage, BrokenToolCall, ToolCall } from '../../protocol/chat.ts';
import type { GenerateEvent, TokenLogprob } from '../../protocol/generation.ts';
import type { ReplyEvent, ReplyParser } from '../chat/formats/tool-format.ts';
import type { Vocabulary } from '../chat/vocabulary.ts';
import { StopStringBuffer } from './stop-string-buffer.ts';
import type { TokenPiece } from './stop-string-buffer.ts';

export interface ReplyReaderOptions {
  readonly vocabulary: Vocabulary;
  readonly parser: ReplyParser;
  /** Ids of special tokens that the parser needs as text; the text of all others is dropped. */
  readonly markers: ReadonlySet<number>;
  readonly stops: readonly string[];
  readonly onEvent: (event: GenerateEvent) => void;
  /** Whether the parser reads no more: then the reply ends with its last call. When set, tokens are parsed singly. */
  readonly isOver?: () => boolean;
  /** Gets the logprobs of tokens just before the event with their text. When set, tokens are parsed one at a time. */
  readonly onLogprobs?: (logprobs: readonly TokenLogprob[]) => void;
}

export interface ReadReply {
  readonly message: AssistantMessage;
  readonly brokenCalls: readonly BrokenToolCall[];
  /** The ids that belong to the message: without those of a stop string. */
  readonly ids: Int32Array;
  readonly logprobs: readonly TokenLogprob[];
  /** The stop string that ended it, if any. */
  readonly stopString: string | undefined;
}

/** Turns the tokens of a reply into events and, at the end, into a message. Does not own the run that makes them. */
export class ReplyReader {
  readonly #options: ReplyReaderOptions;
  readonly #buffer: StopStringBuffer<TokenPiece>;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #ids: number[] = [];
  readonly #logprobs: TokenLogprob[] = [];
  readonly #calls: ToolCall[] = [];
  readonly #broken: BrokenToolCall[] = [];
  #content = '';
  #reasoning = '';
  /** Ids up to the end of the last call. */
  #called = 0;
  /** Number of accepted tokens with logprobs already reported. */
  #told = 0;

  constructor(options: ReplyReaderOptions) {
    this.#options = options;
    this.#buffer = new StopStringBuffer(options.stops);
  }

  /** Takes the next tokens, and their logprobs where the run has them. */
  push(tokens: Int32Array, logprobs: readonly NativeLogprob[] | undefined): void {
    let text = '';
    for (const [at, id] of tokens.entries()) {
      const logprob = logprobs?.[at];
      if (logprob !== undefined) this.#logprobs.push(this.#readLogprob(logprob));
      for (const token of this.#buffer.push({ id, piece: this.#options.vocabulary.piece(id) }))
        text = this.#read(text + this.#accept(token));
    }
    this.#parse(text);
  }

  /** Ends the reply. `textBytes`: where a stop string begins. `truncated`: the model did not end the reply itself. */
  finish(end: { readonly textBytes: number | undefined; readonly truncated: boolean }): ReadReply {
    const { tokens, part, partOf, stop } = this.#buffer.end(end.textBytes);
    let text = '';
    for (const token of tokens) text = this.#read(text + this.#accept(token));
    if (partOf !== undefined) {
      // The KV holds the whole token, so the log does too.
      this.#ids.push(partOf.id);
      if (this.#isText(partOf.id)) text += this.#decoder.decode(part, { stream: true });
    }
    this.#parse(text + this.#decoder.decode());
    for (const event of this.#options.parser.end(end.truncated)) this.#take(event);
    return {
      message: {
        role: 'assistant',
        content: this.#content,
        ...(this.#reasoning === '' ? {} : { reasoning: this.#reasoning }),
        ...(this.#calls.length === 0 ? {} : { toolCalls: this.#calls }),
      },
      brokenCalls: this.#broken,
      ids: Int32Array.from(this.#options.isOver?.() === true ? this.#ids.slice(0, this.#called) : this.#ids),
      logprobs: this.#acceptedLogprobs(0),
      stopString: stop,
    };
  }

  /** Returns the text still to be parsed: all of it, or none where each token is parsed by itself. */
  #read(text: string): string {
    if (this.#options.onLogprobs === undefined && this.#options.isOver === undefined) return text;
    this.#parse(text);
    return '';
  }

  /** The logprobs of accepted tokens from number `from` on, without the token that ends the turn. */
  #acceptedLogprobs(from: number): TokenLogprob[] {
    return this.#logprobs.slice(from, this.#ids.length).filter(({ token }) => !this.#options.vocabulary.isEnd(token));
  }

  #accept({ id, piece }: TokenPiece): string {
    this.#ids.push(id);
    return this.#isText(id) ? this.#decoder.decode(piece, { stream: true }) : '';
  }

  #isText(id: number): boolean {
    const { vocabulary, markers } = this.#options;
    return markers.has(id) || !(vocabulary.isEnd(id) || vocabulary.isSpecial(id));
  }

  #parse(text: string): void {
    if (text === '') return;
    for (const event of this.#options.parser.push(text)) this.#take(event);
  }

  #take(event: ReplyEvent): void {
    this.#tellLogprobs();
    switch (event.kind) {
      case 'text':
        this.#content += event.text;
        break;
      case 'reasoning':
        this.#reasoning += event.text;
        break;
      case 'call':
        break; // its arguments come whole with callDone
      case 'callDone':
        this.#calls.push({ id: event.id, name: event.name, arguments: event.arguments });
        this.#called = this.#ids.length;
        break;
      case 'callBroken':
        this.#broken.push(event.broken);
        break;
    }
    this.#options.onEvent(event);
  }

  #tellLogprobs(): void {
    const logprobs = this.#acceptedLogprobs(this.#told);
    this.#told = this.#ids.length;
    if (logprobs.length > 0) this.#options.onLogprobs?.(logprobs);
  }

  #readLogprob({ token, logprob, topTokens, topLogprobs }: NativeLogprob): TokenLogprob {
    return {
      ...this.#textOf(token),
      logprob,
      top: Array.from(topTokens, (other, at) => ({
        ...this.#textOf(other),
        logprob: topLogprobs[at] ?? Number.NEGATIVE_INFINITY,
      })),
    };
  }

  #textOf(token: number): { token: number; text: string; bytes: number[] } {
    const piece = this.#options.vocabulary.piece(token);
    return { token, text: Buffer.from(piece).toString('utf8'), bytes: [...piece] };
  }
}
