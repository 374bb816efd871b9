import type { LogEntry, SessionSettings } from '../../protocol/methods.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';
import { Conversation } from './conversation.ts';
import type { ToolFormat } from './formats/tool-format.ts';

/** Turns text into token ids; `special`: texts of special tokens become them. Never adds BOS. */
export interface Tokenizer {
  tokenize(text: string, special: boolean): Int32Array;
}

export interface ChatCodecOptions {
  readonly tokenizer: Tokenizer;
  readonly vocabulary: Vocabulary;
  /** The chosen Jinja template of the model; undefined: ChatML. */
  readonly template: string | undefined;
  readonly format: ToolFormat;
}

/** All that turns messages into tokens, and replies into messages, for one model. */
export class ChatCodec {
  readonly format: ToolFormat;
  readonly #options: ChatCodecOptions;

  constructor(options: ChatCodecOptions) {
    this.#options = options;
    this.format = options.format;
  }

  /**
   * A new conversation, or one brought back from its log. Throws `template.failed`.
   * @param entries messages with the ids they had: they become the log as they are, without rendering.
   */
  conversation(settings: SessionSettings, entries: readonly LogEntry[] = []): Conversation {
    return new Conversation(this.#options, settings, entries);
  }
}
