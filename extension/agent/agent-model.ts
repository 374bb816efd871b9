import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type {
  EnergyUse,
  GenerateEvent,
  GenerateOptions,
  GenerateResult,
  Timings,
  TokenUsage,
} from '../../native/protocol/generation.ts';
import type { ThinkingChoice, ThinkingLevel } from '../../native/protocol/thinking.ts';
import type { LogEntry, PromptSize } from '../../native/protocol/methods.ts';

/**
 * The model as the agent sees it. daemon-link/ implements it on the daemon, remote-engine/ on other servers; tests use
 * scripts. A session survives a crash of the daemon: the implementation opens it again from its stored entries.
 */
export interface AgentModel {
  readonly facts: ModelFacts;
  open(settings: SessionOptions, entries?: readonly LogEntry[]): Promise<ModelSession>;
  countTokens(texts: readonly string[]): Promise<readonly number[]>;
  /** The prompt of a conversation after these messages, without opening it. Absent where the engine does not tell. */
  promptSize?(
    conversation: { readonly tools: readonly ToolDefinition[]; readonly entries: readonly LogEntry[] },
    messages: readonly ChatMessage[],
  ): Promise<PromptSize>;
}

export interface SessionOptions {
  readonly tools: readonly ToolDefinition[];
  readonly label: string;
  /** How much the model thinks; for stored entries the level that they were made at. */
  readonly thinking?: ThinkingChoice;
}

export interface ModelFacts {
  readonly name: string;
  /** Host of the engine, when it is not the extension's own. */
  readonly elsewhere?: string;
  readonly fingerprint: string;
  readonly profile: 'compact' | 'full';
  readonly contextTokens: number;
  /** It is told of tools in plain text: its template has no calls that the engine reads. */
  readonly callsAsText?: boolean;
  /** The levels of thinking that it has, from least to most; absent: not known. */
  readonly thinking?: readonly ThinkingLevel[];
  /** Identifies the model together with the settings that its speed depends on; absent: the fingerprint does. */
  readonly speedKey?: string;
  /** Memory per token of its context, in bytes; undefined where it is not this machine's. */
  readonly kvBytesPerToken?: number;
}

/** A message of a session. `tokens` is its length where the engine tells no ids. */
export interface SessionEntry extends LogEntry {
  readonly tokens?: number;
}

/** Length of a message in tokens. */
export function tokensOf(entry: SessionEntry): number {
  return entry.tokens ?? entry.ids.length;
}

/** What a reply took, also one that was stopped. The last event of a reply. */
export interface SpentEvent {
  readonly kind: 'spent';
  readonly usage: TokenUsage;
  readonly timings: Timings;
  readonly energy?: EnergyUse | undefined;
}

/** What happens while a reply is generated. A notice is for the user: the engine is busy and is asked again. */
export type SessionEvent =
  GenerateEvent | SpentEvent | { readonly kind: 'notice'; readonly level: 'info' | 'warning'; readonly text: string };

/** True for what the model does; the other events are about the request. */
export function isGenerateEvent(event: SessionEvent): event is GenerateEvent {
  return event.kind !== 'notice' && event.kind !== 'spent';
}

/** A conversation with the model. Every method rejects with a CodedError, after an abort with `request.cancelled`. */
export interface ModelSession {
  readonly entries: readonly SessionEntry[];
  readonly tokens: number;
  append(messages: readonly ChatMessage[]): Promise<void>;
  /** The prompt that it would have after these messages. Changes nothing. Absent where the engine does not tell. */
  promptSize?(messages: readonly ChatMessage[]): Promise<PromptSize>;
  /** Lets the model speak and adds its message. On abort or failure the session stays unchanged. */
  generate(
    options: GenerateOptions,
    onEvent: (event: SessionEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult>;
  /** Keeps the first `messages` messages and drops the rest. */
  rewind(messages: number): Promise<void>;
  fork(messages?: number): Promise<ModelSession>;
  close(): Promise<void>;
}
