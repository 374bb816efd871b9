import { createHash } from 'node:crypto';
import type { ChatMessage } from '../../protocol/chat.ts';
import { replayedMessage } from '../../protocol/replayed-message.ts';
import type { SessionSettings } from '../../protocol/methods.ts';
import type { ChatModel } from './chat-model.ts';
import type { Conversation } from './conversation.ts';

interface Stored {
  readonly conversation: Conversation;
  readonly keys: readonly string[]; // one per prefix: 1 message, 2 messages, ...
}

/**
 * Token logs of conversations, for clients that send all messages with each request (over HTTP).
 * `open` finds the stored log that a request continues; `remember` stores a log after its reply was committed.
 */
export class ReplayCache {
  readonly #chatModel: ChatModel;
  readonly #tokensMax: number;
  readonly #stored = new Set<Stored>(); // least recently used first
  readonly #byPrefix = new Map<string, Stored>(); // latest conversation with that prefix
  #tokens = 0;

  /** @param options tokensMax: token ids kept over all conversations; the least recently used are dropped first. */
  constructor(chatModel: ChatModel, options: { readonly tokensMax?: number } = {}) {
    this.#chatModel = chatModel;
    this.#tokensMax = options.tokensMax ?? 4_000_000;
  }

  /**
   * A conversation of exactly `messages`. Replies that this daemon made keep their ids, even without the reasoning that
   * a client may leave out. Throws `template.failed`, and `request.cancelled` as soon as `signal` is aborted.
   */
  async open(settings: SessionSettings, messages: readonly ChatMessage[], signal?: AbortSignal): Promise<Conversation> {
    const conversation = await this.#continued(settings, messages);
    await conversation.append(messages.slice(conversation.entries.length), signal);
    return conversation;
  }

  /** Stores a copy of the conversation for requests that continue it. */
  remember(conversation: Conversation): void {
    const copy = conversation.fork();
    const keys = prefixKeys(
      copy.settings,
      copy.entries.map((entry) => entry.message),
    );
    const stored: Stored = { conversation: copy, keys };
    // Drop stored conversations that are a prefix of this one.
    for (const known of new Set(keys.map((key) => this.#byPrefix.get(key)))) {
      const lastKey = known?.keys.at(-1);
      if (known !== undefined && lastKey !== undefined && keys.includes(lastKey)) this.#forget(known);
    }
    this.#stored.add(stored);
    this.#tokens += copy.length;
    for (const key of keys) this.#byPrefix.set(key, stored);
    for (const oldest of this.#stored) {
      if (this.#tokens <= this.#tokensMax || oldest === stored) break;
      this.#forget(oldest);
    }
  }

  /** A fork of the stored conversation with the longest prefix of `messages`, cut to it; empty if there is none. */
  async #continued(settings: SessionSettings, messages: readonly ChatMessage[]): Promise<Conversation> {
    const keys = prefixKeys(settings, messages);
    for (let count = keys.length; count > 0; count--) {
      const stored = this.#byPrefix.get(keys[count - 1] ?? '');
      if (stored === undefined || !continues(stored.conversation, messages, count)) continue;
      this.#stored.delete(stored);
      this.#stored.add(stored);
      const fork = stored.conversation.fork();
      await fork.rewind(count);
      return fork;
    }
    return this.#chatModel.conversation(settings);
  }

  #forget(stored: Stored): void {
    if (!this.#stored.delete(stored)) return;
    this.#tokens -= stored.conversation.length;
    for (const key of stored.keys) if (this.#byPrefix.get(key) === stored) this.#byPrefix.delete(key);
  }
}

/** A key for each prefix of the messages. */
function prefixKeys(settings: SessionSettings, messages: readonly ChatMessage[]): string[] {
  const hash = createHash('sha256').update(
    JSON.stringify([settings.tools ?? [], settings.templateOptions ?? {}, settings.thinking ?? 'default']),
  );
  return messages.map((message) => {
    hash.update(`\n${replayedMessage(message)}`);
    return hash.copy().digest('base64');
  });
}

/** Whether the first `count` messages equal the stored ones; reasoning must be equal if the client sends it. */
function continues(conversation: Conversation, messages: readonly ChatMessage[], count: number): boolean {
  return messages.slice(0, count).every((message, index) => {
    const known = conversation.entries[index]?.message;
    if (message.role !== 'assistant' || message.reasoning === undefined) return known !== undefined;
    return known?.role === 'assistant' && (known.reasoning ?? '') === message.reasoning;
  });
}
