import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult } from '../../native/protocol/generation.ts';
import type { LogEntry } from '../../native/protocol/methods.ts';

/**
 * The only face of the model that the agent sees. Implemented by daemon-link/ on the daemon and by scripts in tests.
 * A session survives a daemon's crash: the implementation opens it again from the entries it stored.
 */
export interface AgentModel {
  readonly facts: ModelFacts;
  open(
    settings: { readonly tools: readonly ToolDefinition[]; readonly label: string },
    entries?: readonly LogEntry[],
  ): Promise<ModelSession>;
  countTokens(texts: readonly string[]): Promise<readonly number[]>;
}

export interface ModelFacts {
  readonly name: string;
  readonly fingerprint: string;
  readonly profile: 'compact' | 'full';
  readonly contextTokens: number;
}

/** A token-exact conversation. Every method rejects with a CodedError; an abort rejects with `request.cancelled`. */
export interface ModelSession {
  readonly entries: readonly LogEntry[];
  readonly tokens: number;
  append(messages: readonly ChatMessage[]): Promise<void>;
  /** Adds the model's message. On abort or failure the session is as it was before. */
  generate(
    options: GenerateOptions,
    onEvent: (event: GenerateEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult>;
  /** Keeps the first `messages` messages. */
  rewind(messages: number): Promise<void>;
  fork(messages?: number): Promise<ModelSession>;
  close(): Promise<void>;
}
