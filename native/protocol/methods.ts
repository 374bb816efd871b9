import type { ChatMessage, JsonValue, ToolDefinition } from './chat.ts';
import type { GenerateOptions, GenerateResult, SamplingOptions, TokenUsage } from './generation.ts';
import type { BackendReport, FoundModels, MemoryPlan, ModelSummary, PlannedModel } from './model.ts';
import type { ModelThinking, ThinkingChoice } from './thinking.ts';

/** Raised by every change that lets an older client or daemon misread a message. */
export const protocolVersion = 1;

/** A message and the token ids that it added to the session. A client stores these to recreate a conversation. */
export interface LogEntry {
  readonly message: ChatMessage;
  readonly ids: readonly number[];
}

export interface SessionSettings {
  readonly tools?: readonly ToolDefinition[];
  readonly templateOptions?: Readonly<Record<string, JsonValue>>; // chat_template_kwargs
  /** How much the model thinks, until a turn says otherwise. */
  readonly thinking?: ThinkingChoice;
  /** A name for logs and status, e.g. the workspace's folder. */
  readonly label?: string;
}

export interface SessionState {
  readonly session: string;
  readonly tokens: number;
  readonly messages: number;
  readonly contextTokens: number;
}

interface AppendResult extends SessionState {
  /** The token ids of each appended message, in order. */
  readonly ids: readonly (readonly number[])[];
  /** Set when the template now renders earlier messages differently: tokens from `from` on are computed again. */
  readonly rewritten?: { readonly from: number; readonly reason: string };
}

/** Length of a prompt, and how much of it would not have to be computed now. In tokens. */
export interface PromptSize {
  readonly tokens: number;
  readonly cached: number;
}

export interface HelloResult {
  readonly protocol: number;
  readonly version: string;
  readonly pid: number;
  readonly engine: string; // llama.cpp release
  readonly backend: BackendReport;
  readonly model: LoadedModel | undefined;
}

export interface LoadedModel {
  readonly name: string;
  readonly path: string;
  readonly fingerprint: string;
  readonly contextTokens: number;
  readonly poolTokens: number;
  readonly family: string;
  /** 'compact' for small models, see the extension's prompt profiles. */
  readonly profile: 'compact' | 'full';
  readonly tools: boolean;
  /** Its template has no calls that are read here: it is told of tools in plain text, and calls them so. */
  readonly callsAsText: boolean;
  readonly thinking: ModelThinking;
  /** Processor threads that compute, at most: fewer while other programs want the cores. */
  readonly threads: number;
  readonly plan: MemoryPlan;
  /** Equal requests with equal seeds get equal texts. */
  readonly reproducible?: boolean;
}

export interface StatusResult {
  readonly model: LoadedModel | undefined;
  readonly loading: { readonly model: string; readonly fraction: number } | undefined;
  readonly sessions: number;
  readonly running: number;
  readonly waiting: number;
  readonly cells: { readonly used: number; readonly total: number };
  /** Bytes of RAM that idle contexts take outside the KV cells. */
  readonly shelf: { readonly used: number; readonly total: number };
  readonly totals: TokenUsage;
  readonly memoryBytes: number; // resident set of the daemon
  readonly uptimeSeconds: number;
}

/** The port for other programs on this machine. */
export interface SharedEndpointState {
  readonly url: string | undefined; // undefined: it is closed
  /** Those that have used it, by the name that each gives itself. */
  readonly programs: readonly { readonly name: string; readonly requests: number; readonly running: number }[];
}

export interface LoadOptions {
  readonly model: string; // catalogue name or path of a .gguf
  readonly contextTokens?: number;
  readonly kvType?: 'auto' | 'f16' | 'q8_0';
  readonly parallel?: number;
  readonly threads?: number;
  readonly gpuLayers?: number;
  readonly cpuMoeLayers?: number;
  /** Equal requests with equal seeds get equal texts: they run one at a time, each from the beginning. */
  readonly reproducible?: boolean;
  /** Jinja source that takes the place of the model's own chat template. */
  readonly chatTemplate?: string;
  /** Takes the place of what the model's makers recommend, field by field. */
  readonly sampling?: SamplingOptions;
}

/** What `model.load` does when it would close another model, or load the same one in another way. */
export interface LoadManner {
  /** Turns that run on it: end them (the default), wait for their ends, or throw `model.busy`. */
  readonly running?: 'end' | 'wait' | 'refuse';
  /** Options that are left out must be left out in the loaded model too; else it may have any. */
  readonly exactly?: boolean;
}

/** All methods of the daemon, with what each takes and returns. The extension calls all but those marked. */
export interface Methods {
  hello: { params: { protocol: number; client: string }; result: HelloResult };
  'session.create': {
    params: SessionSettings & { entries?: readonly LogEntry[]; messages?: readonly ChatMessage[] };
    result: AppendResult;
  };
  /**
   * For other clients: one that lost its connection continues its session without sending the conversation again. The
   * extension creates the session again instead, which also works after a crash of the daemon.
   */
  'session.attach': { params: { session: string }; result: SessionState & { entries: readonly LogEntry[] } };
  'session.append': { params: { session: string; messages: readonly ChatMessage[] }; result: AppendResult };
  /**
   * The prompt that a turn would have after these messages: of a session, or without one of a conversation with these
   * settings and entries. Changes and computes nothing.
   */
  'session.measure': {
    params: SessionSettings & {
      session?: string;
      entries?: readonly LogEntry[];
      messages: readonly ChatMessage[];
    };
    result: PromptSize;
  };
  'session.generate': { params: { session: string; options?: GenerateOptions }; result: GenerateResult & SessionState };
  /** Copies a session; the copy shares its tokens. `messages`: keep only this many. */
  'session.fork': { params: { session: string; messages?: number }; result: SessionState };
  /** Keeps the first `messages` messages and forgets the rest. */
  'session.rewind': { params: { session: string; messages: number }; result: SessionState };
  'session.close': { params: { session: string }; result: Record<string, never> };
  'tokens.count': { params: { texts: readonly string[] }; result: { counts: readonly number[] } };
  'model.list': { params: Record<string, never>; result: { models: readonly ModelSummary[] } };
  /** What `model.load` would do with these options, whether the model's file is here or not. Loads nothing. */
  'model.plan': { params: LoadOptions; result: PlannedModel };
  /** The model files on this machine: Moonwright's own and those of other programs. */
  'model.find': { params: Record<string, never>; result: FoundModels };
  'model.load': { params: LoadOptions & LoadManner; result: LoadedModel };
  /** Opens the HTTP endpoint on a port of its own, on loopback, with a token that opens nothing else. */
  'endpoint.open': { params: { port: number; token: string }; result: SharedEndpointState };
  'endpoint.close': { params: Record<string, never>; result: Record<string, never> };
  'endpoint.state': { params: Record<string, never>; result: SharedEndpointState };
  status: { params: Record<string, never>; result: StatusResult };
  shutdown: { params: Record<string, never>; result: Record<string, never> };
}

export type MethodName = keyof Methods;
export type Params<M extends MethodName> = Methods[M]['params'];
export type Result<M extends MethodName> = Methods[M]['result'];

/**
 * Notifications from the daemon. Progress of one request (`GenerateEvent` for `session.generate`, `LoadProgress` for
 * `model.load`) goes through `$/progress` with the `partialResultToken` the client put into the params.
 */
export interface Notifications {
  'model.changed': { model: LoadedModel | undefined };
  'daemon.stopping': { reason: string };
}

export interface LoadProgress {
  readonly fraction: number; // 0..1
}
