import type { AssistantMessage, ChatMessage } from '../../protocol/chat.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { LogEntry, SessionSettings } from '../../protocol/methods.ts';

/** The prompt of a next reply. */
export interface ConversationPrompt {
  readonly ids: Int32Array;
  /** Tokens of `ids` that are in the log already (the same as `length` unless the template rewrites). */
  readonly logLength: number;
  /** The end of the rendered text, for `ReplyParser.prompt`. */
  readonly text: string;
  /** Number of tool calls in the whole conversation. */
  readonly nextCallIndex: number;
}

export interface ConversationAppend {
  /** Ids that each appended message added, in order. */
  readonly ids: number[][];
  /** The template changed text that was in the log already: tokens from `from` on are new. */
  readonly rewritten?: { readonly from: number; readonly reason: string };
}

/** A conversation as a log of token ids: only new messages are rendered, and what the model said is kept as it said it. */
export class Conversation {
  readonly settings: SessionSettings;

  constructor(_codec: unknown, settings: SessionSettings, _entries: readonly LogEntry[]) {
    this.settings = settings;
  }

  /** Adds messages. Throws `template.failed`; the log is unchanged then. */
  append(_messages: readonly ChatMessage[]): ConversationAppend {
    throw pending();
  }

  /** The whole prompt: the log, then the generation prompt. Does not change the log. Throws `template.failed`. */
  prompt(): ConversationPrompt {
    throw pending();
  }

  /** Adds what the model said to the last `prompt()`. Returns all ids added: generation prompt and reply. */
  commit(_message: AssistantMessage, _replyIds: Int32Array): number[] {
    throw pending();
  }

  /** Keeps the first `messages` messages. Throws `session.position`. */
  rewind(_messages: number): void {
    throw pending();
  }

  /** A copy that shares nothing; `messages` keeps only that many. Throws `session.position`. */
  fork(_messages?: number): Conversation {
    throw pending();
  }

  /** All token ids of the log. */
  get ids(): Int32Array {
    throw pending();
  }

  /** Number of token ids of the log. */
  get length(): number {
    throw pending();
  }

  get entries(): readonly LogEntry[] {
    throw pending();
  }
}

function pending(): CodedError {
  return new CodedError('internal.failed', 'Conversations are not there yet.');
}
