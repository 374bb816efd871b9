import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { GenerateEvent, ResponseFormat, SamplingOptions } from '../../native/protocol/generation.ts';
import { isGenerateEvent, type AgentModel, type ModelFacts, type ModelSession } from './agent-model.ts';
import { replyThoughts, type OneShotThinking } from './one-shot-thinking.ts';
import type { ThinkingChoice } from '../../native/protocol/thinking.ts';

/** Kind of request. Each kind has its own cached prefix. */
export type OneShotKind = 'rewrite' | 'commit' | 'name' | 'ask';

export interface OneShotOptions {
  /** Tokens of the answer, beside the model's thoughts. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  /** Default: text. */
  readonly responseFormat?: ResponseFormat;
  /** Default: what the catalogue recommends for the model. */
  readonly sampling?: SamplingOptions;
  /** Receives the answer's text in pieces. */
  readonly onText?: (piece: string) => void;
  /** Receives all other events: waiting, reading the prompt, reasoning. */
  readonly onEvent?: (event: GenerateEvent) => void;
}

/** Requests to the model outside any conversation. */
export interface OneShot {
  /** The model that will answer. Starts the daemon if needed. Rejects with a CodedError. */
  facts(signal: AbortSignal): Promise<ModelFacts>;
  /**
   * Sends `messages` (a system message first) and returns the answer's text. Rejects with a CodedError, after an abort
   * with `request.cancelled`. The session it used is always closed.
   */
  run(kind: OneShotKind, messages: readonly ChatMessage[], options: OneShotOptions): Promise<string>;
}

export interface OneShotParts {
  /** Waits until a model is ready. */
  model(signal: AbortSignal): Promise<AgentModel>;
  /** Tools the model is told about for a kind, as it was taught. It cannot call them. */
  tools(kind: OneShotKind, facts: ModelFacts): readonly ToolDefinition[];
  /** How much it thinks. */
  thinking(): OneShotThinking;
}

interface Prefix {
  readonly key: string;
  readonly session: Promise<ModelSession>;
}

/**
 * Runs each request in its own session, forked from a kept session that holds the kind's system message. Owns: those
 * prefixes, one per kind. Does not own: what the messages say, the agent's conversation.
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
    const thoughts = replyThoughts(this.#parts.thinking(), model.facts, maxTokens);
    const session = await (await this.#prefix(kind, model, fixed, thoughts.thinking)).fork();
    try {
      await session.append(messages.slice(fixed.length));
      const { message } = await session.generate(
        { ...thoughts.options, priority: 'inline', toolChoice: 'none', ...shape },
        (event) => {
          if (event.kind === 'text') onText?.(event.text);
          else if (isGenerateEvent(event)) onEvent?.(event);
        },
        signal,
      );
      return message.content;
    } finally {
      await session.close();
    }
  }

  /** Closes the prefixes. */
  async dispose(): Promise<void> {
    const all = [...this.#prefixes.values()];
    this.#prefixes.clear();
    await Promise.all(all.map((prefix) => closed(prefix)));
  }

  /** The kept session of a kind. Opens another one when the model, its level or the system message has changed. */
  async #prefix(
    kind: OneShotKind,
    model: AgentModel,
    fixed: readonly ChatMessage[],
    thinking: ThinkingChoice | undefined,
  ): Promise<ModelSession> {
    const key = JSON.stringify([model.facts.fingerprint, thinking, fixed]);
    const known = this.#prefixes.get(kind);
    if (known?.key === key) return known.session;
    const prefix = { key, session: this.#open(kind, model, fixed, thinking) };
    this.#prefixes.set(kind, prefix);
    // A prefix that could not be opened is tried again with the next request.
    prefix.session.catch(() => this.#prefixes.get(kind) === prefix && this.#prefixes.delete(kind));
    if (known !== undefined) await closed(known);
    return prefix.session;
  }

  async #open(
    kind: OneShotKind,
    model: AgentModel,
    fixed: readonly ChatMessage[],
    thinking: ThinkingChoice | undefined,
  ): Promise<ModelSession> {
    const tools = this.#parts.tools(kind, model.facts);
    const session = await model.open({ tools, label: kind, ...(thinking !== undefined && { thinking }) });
    await session.append(fixed);
    return session;
  }
}

function leadingSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const first = messages.findIndex((message) => message.role !== 'system');
  return messages.slice(0, first < 0 ? messages.length : first);
}

async function closed(prefix: Prefix): Promise<void> {
  const session = await prefix.session.catch(() => undefined); // a session that failed to open needs no closing
  await session?.close();
}
