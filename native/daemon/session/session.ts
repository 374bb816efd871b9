import { CodedError } from '../../protocol/coded-error.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult } from '../../protocol/generation.ts';
import type { SessionState } from '../../protocol/methods.ts';
import type { Conversation } from '../chat/conversation.ts';
import { generateTurn } from './generate-turn.ts';
import type { TurnContext } from './generate-turn.ts';
import type { ModelRuntime } from './model-runtime.ts';

/** Milliseconds that a turn may spend on its tools before it counts as left. */
const toolsMs = 120_000;

/** One conversation with the loaded model. Generates one turn at a time and cannot be changed meanwhile. */
export class Session {
  readonly id: string;
  readonly runtime: ModelRuntime;
  /** The connections that keep it. */
  readonly holders = new Set<object>();
  /** When it was used last, by the count of its store. */
  used = 0;
  /** Closes it when no connection holds it for a while. */
  abandoned: NodeJS.Timeout | undefined;
  readonly #conversation: Conversation;
  /** Set while it generates. */
  #generating = false;
  /** When the model last called tools: their results are still to come. */
  #calledAt: number | undefined;
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

  get generating(): boolean {
    return this.#generating;
  }

  /** Whether a turn is under way: it generates, or somebody is about to bring the results of its calls. */
  get inTurn(): boolean {
    if (this.#generating) return true;
    return this.holders.size > 0 && this.#calledAt !== undefined && performance.now() - this.#calledAt < toolsMs;
  }

  /** For reading and forking, also while it generates: a turn changes the conversation only at its end. */
  get conversation(): Conversation {
    return this.#conversation;
  }

  /** For changing it. Throws `session.busy` while it generates. */
  get idleConversation(): Conversation {
    if (this.#generating) {
      throw new CodedError('session.busy', 'This session is generating: wait for the end of the turn, or cancel it.', {
        data: { session: this.id },
      });
    }
    return this.#conversation;
  }

  /** Runs changes one at a time, in the order of the calls. A failed change does not stop the next. */
  inOrder<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(change);
    this.#changes = result.catch(() => undefined);
    return result;
  }

  /** Generates the next turn. Throws `session.busy`, the reason of `end`, and what `generateTurn` throws. */
  async generate(
    options: GenerateOptions,
    onEvent: (event: GenerateEvent) => void,
    context: TurnContext,
  ): Promise<GenerateResult> {
    const conversation = await this.inOrder(async () => {
      const { idleConversation } = this;
      this.#generating = true;
      return idleConversation;
    });
    try {
      const signal = AbortSignal.any([context.signal, this.#ended.signal]);
      const result = await generateTurn(this.runtime, conversation, options, onEvent, { ...context, signal });
      if (result.finish === 'cancelled' && !context.signal.aborted && this.#ended.signal.reason instanceof CodedError)
        throw this.#ended.signal.reason;
      this.#calledAt = result.finish === 'toolCalls' ? performance.now() : undefined;
      return result;
    } finally {
      this.#generating = false;
    }
  }

  /** Ends the session for good: cancels the turn in progress and every later one. They throw `reason`, if any. */
  end(reason?: CodedError): void {
    clearTimeout(this.abandoned);
    this.#ended.abort(reason);
  }
}
