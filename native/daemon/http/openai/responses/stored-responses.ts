import type { ChatMessage } from '../../../../protocol/chat.ts';

/** What is kept at most; the oldest goes first. */
const responsesMax = 200;
const charactersMax = 16_000_000;

/** Conversations that clients continue by the id of an answer. In memory only: an end of the daemon forgets them. */
export class StoredResponses {
  readonly #conversations = new Map<
    string,
    { readonly messages: readonly ChatMessage[]; readonly characters: number }
  >();
  #characters = 0;

  /** The conversation up to that answer, without instructions; undefined when it is not kept. */
  find(id: string): readonly ChatMessage[] | undefined {
    return this.#conversations.get(id)?.messages;
  }

  keep(id: string, messages: readonly ChatMessage[]): void {
    const characters = JSON.stringify(messages).length;
    this.#conversations.set(id, { messages, characters });
    this.#characters += characters;
    for (const [oldest, kept] of this.#conversations) {
      if (this.#conversations.size <= responsesMax && this.#characters <= charactersMax) break;
      this.#conversations.delete(oldest);
      this.#characters -= kept.characters;
    }
  }
}
