import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { GenerateEvent, ResponseFormat, SamplingOptions } from '../../native/protocol/generation.ts';
import type { AgentModel, ModelFacts, ModelSession } from './agent-model.ts';

/** What is asked; each kind has a prefix of its own. */
export type OneShotKind = 'rewrite' | 'commit' | 'name' | 'ask';

export interface OneShotOptions {
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  /** What the answer must look like; left out: text. */
  readonly responseFormat?: ResponseFormat;
  /** Left out: as is recommended for the model. */
  readonly sampling?: SamplingOptions;
  /** What the model says, piece by piece. */
  readonly onText?: (piece: string) => void;
  /** Waiting, reading, thinking: whatever happens besides text. */
  readonly onEvent?: (event: GenerateEvent) => void;
}

/** Questions to the model that belong to no conversation. */
export interface OneShot {
  /** The model that will answer; starts the engine when it does not run. Rejects with a CodedError. */
  facts(signal: AbortSignal): Promise<ModelFacts>;
  /**
   * Sends `messages` (a system message first) and returns all that the model said. Rejects with a CodedError; an abort
   * with `request.cancelled`. Nothing is left of it, whatever happens.
   */
  run(kind: OneShotKind, messages: readonly ChatMessage[], options: OneShotOptions): Promise<string>;
}

export interface OneShotParts {
  /** Waits until a model is ready. */
  model(signal: AbortSignal): Promise<AgentModel>;
  /** Tools that the model is told of for a kind, because it was taught so; it cannot call them. */
  tools(kind: OneShotKind, facts: ModelFacts): readonly ToolDefinition[];
}

interface Prefix {
  readonly key: string;
  readonly session: Promise<ModelSession>;
}

/**
 * Runs each question in a session of its own, forked from a kept session that holds the kind's system message. Owns:
 * those prefixes, one a kind. Does not own: what the messages say, the agent's conversation (which it never touches).
 */
export class PrefixedOneShot implements OneShot {
  readonly #parts: OneShotParts;
  readonly #prefixes = new Map<OneShotKind, Prefix>();

  constructor(parts: OneShotParts) {
    this.#parts = parts;
  }

  async facts(signal: AbortSignal): Promise<ModelFacts> {
    return (await this.#parts.model(signal)).facts;
  }

  async run(
    kind: OneShotKind,
    messages: readonly ChatMessage[],
    { maxTokens, signal, onText, onEvent, ...shape }: OneShotOptions,
  ): Promise<string> {
    const model = await this.#parts.model(signal);
    const fixed = leadingSystem(messages);
    const session = await (await this.#prefix(kind, model, fixed)).fork();
    try {
      await session.append(messages.slice(fixed.length));
      const { message } = await session.generate(
        { maxTokens, priority: 'inline', toolChoice: 'none', ...shape },
        (event) => {
          if (event.kind === 'text') onText?.(event.text);
          else onEvent?.(event);
        },
        signal,
      );
      return message.content;
    } finally {
      await session.close();
    }
  }

  /** Gives the prefixes up. */
  async dispose(): Promise<void> {
    const all = [...this.#prefixes.values()];
    this.#prefixes.clear();
    await Promise.all(all.map((prefix) => closed(prefix)));
  }

  /** The kept session of a kind, made anew when the model or the system message is another one. */
  async #prefix(kind: OneShotKind, model: AgentModel, fixed: readonly ChatMessage[]): Promise<ModelSession> {
    const key = JSON.stringify([model.facts.fingerprint, fixed]);
    const known = this.#prefixes.get(kind);
    if (known?.key === key) return known.session;
    const prefix = { key, session: this.#open(kind, model, fixed) };
    this.#prefixes.set(kind, prefix);
    // What could not be opened is tried again with the next question.
    prefix.session.catch(() => this.#prefixes.get(kind) === prefix && this.#prefixes.delete(kind));
    if (known !== undefined) await closed(known);
    return prefix.session;
  }

  async #open(kind: OneShotKind, model: AgentModel, fixed: readonly ChatMessage[]): Promise<ModelSession> {
    const session = await model.open({ tools: this.#parts.tools(kind, model.facts), label: kind });
    await session.append(fixed);
    return session;
  }
}

function leadingSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const first = messages.findIndex((message) => message.role !== 'system');
  return messages.slice(0, first < 0 ? messages.length : first);
}

async function closed(prefix: Prefix): Promise<void> {
  const session = await prefix.session.catch(() => undefined); // what was never opened needs no closing
  await session?.close();
}
