import { CodedError } from '../../protocol/coded-error.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult } from '../../protocol/generation.ts';
import type { SessionState } from '../../protocol/methods.ts';
import type { Conversation } from '../chat/conversation.ts';
import { generateTurn } from './generate-turn.ts';
import type { TurnContext } from './generate-turn.ts';
import type { ModelRuntime } from './model-runtime.ts';

/** One conversation with the loaded model: one generation at a time, and no change while it runs. */
export class Session {
  readonly id: string;
  readonly runtime: ModelRuntime;
  /** Connections that keep it. */
  holders = 0;
  abandoned: NodeJS.Timeout | undefined;
  readonly #conversation: Conversation;
  /** Set while it generates. */
  #generating = false;
  readonly #ended = new AbortController();
  #changes: Promise<unknown> = Promise.resolve();

  constructor(id: string, runtime: ModelRuntime, conversation: Conversation) {
    this.id = id;
    this.runtime = runtime;
    this.#conversation = conversation;
  }

  get state(): SessionState {
    return {
      session: this.id,
      tokens: this.#conversation.length,
      messages: this.#conversation.entries.length,
      contextTokens: this.runtime.loaded.contextTokens,
    };
  }

  /** To look at, or to fork; also while it generates, since a turn changes it only at its end. */
  get conversation(): Conversation {
    return this.#conversation;
  }

  /** To change. Throws `session.busy` while it generates. */
  get idleConversation(): Conversation {
    if (this.#generating) {
      throw new CodedError('session.busy', 'This session is generating: wait for the end of the turn, or cancel it.', {
        data: { session: this.id },
      });
    }
    return this.#conversation;
  }

  /** Runs changes one after the other, in the order in which they were asked for; a failed one holds up no other. */
  inOrder<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(change);
    this.#changes = result.catch(() => undefined);
    return result;
  }

  async generate(
    options: GenerateOptions,
    onEvent: (event: GenerateEvent) => void,
    context: TurnContext,
  ): Promise<GenerateResult> {
    await this.#changes;
    const conversation = this.idleConversation;
    this.#generating = true;
    try {
      const signal = AbortSignal.any([context.signal, this.#ended.signal]);
      return await generateTurn(this.runtime, conversation, options, onEvent, { ...context, signal });
    } finally {
      this.#generating = false;
    }
  }

  /** Ends the session for good: what it generates is cancelled, and nothing is generated in it afterwards. */
  end(): void {
    clearTimeout(this.abandoned);
    this.#ended.abort();
  }
}
