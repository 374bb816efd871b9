import type { ChatMessage } from '../../protocol/chat.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { SessionSettings } from '../../protocol/methods.ts';
import type { ChatCodec } from './chat-codec.ts';
import type { Conversation } from './conversation.ts';

/**
 * Conversations of clients that replay everything with each request (the OpenAI endpoint).
 * `open` finds the stored log a request continues; `remember` stores a log after its reply was committed.
 */
export class ConversationCache {
  readonly #codec: ChatCodec;

  /** @param options tokensMax: ids kept over all stored conversations; the least recently used go first. */
  constructor(codec: ChatCodec, _options: { readonly tokensMax?: number } = {}) {
    this.#codec = codec;
  }

  /** A conversation that holds exactly `messages`; replies this daemon made keep their ids. Throws `template.failed`. */
  open(settings: SessionSettings, messages: readonly ChatMessage[]): Conversation {
    const conversation = this.#codec.conversation(settings);
    conversation.append(messages);
    return conversation;
  }

  /** Stores a copy of the conversation, for requests that continue it. */
  remember(_conversation: Conversation): void {
    throw new CodedError('internal.failed', 'Conversations are not there yet.');
  }
}
