import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult } from '../../native/protocol/generation.ts';
import type { LogEntry } from '../../native/protocol/methods.ts';

/**
 * The model as the agent sees it. daemon-link/ implements it on the daemon; tests use scripts.
 * A session survives a crash of the daemon: the implementation opens it again from its stored entries.
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

/** A token-exact conversation. Every method rejects with a CodedError, after an abort with `request.cancelled`. */
export interface ModelSession {
  readonly entries: readonly LogEntry[];
  readonly tokens: number;
  append(messages: readonly ChatMessage[]): Promise<void>;
  /** Lets the model speak and adds its message. On abort or failure the session stays unchanged. */
  generate(
    options: GenerateOptions,
    onEvent: (event: GenerateEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult>;
  /** Keeps the first `messages` messages and drops the rest. */
  rewind(messages: number): Promise<void>;
  fork(messages?: number): Promise<ModelSession>;
  close(): Promise<void>;
}
