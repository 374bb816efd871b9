import type { NativeCounters, NativeLogprob, NativeSampling } from '../../addon/contract.ts';
import type { ChatMessage } from '../../protocol/chat.ts';
import type {
  GenerateEvent,
  GenerateOptions,
  GenerateResult,
  Priority,
  SamplingOptions,
  Timings,
  TokenLogprob,
  TokenUsage,
} from '../../protocol/generation.ts';
import type { LoadedModel, SessionSettings } from '../../protocol/methods.ts';

/** What may end or slow a generation: `signal` cancels it, and more tokens are made only when `ready` resolves. */
export interface RunControl {
  readonly signal: AbortSignal;
  readonly ready?: () => Promise<void>;
}

/** The same for a chat, whose stream needs the logprobs of tokens just before the event that has their text. */
export interface ChatControl extends RunControl {
  readonly onLogprobs?: (logprobs: readonly TokenLogprob[]) => void;
}

/** One conversation brought in by a request. */
export interface OpenChat {
  /** A copy that continues from the same messages. */
  fork(): OpenChat;
  /** The model's next turn; when it is complete it is remembered, so that a later request may replay it. */
  generate(
    options: GenerateOptions,
    onEvent: (event: GenerateEvent) => void,
    control: ChatControl,
  ): Promise<GenerateResult>;
}

/** A prompt without a chat around it. */
export interface RawRequest {
  readonly prompt: Int32Array;
  readonly maxTokens?: number;
  readonly sampling: NativeSampling;
  readonly stop: readonly string[];
  readonly logprobs: number; // -1: none; n: the chosen token and the n most likely
  readonly priority: Priority;
  readonly ignoreEnd: boolean;
}

export type RawEvent =
  | { readonly kind: 'queued' }
  | { readonly kind: 'prefill' }
  | { readonly kind: 'tokens'; readonly tokens: Int32Array; readonly logprobs?: readonly NativeLogprob[] };

export interface RawResult {
  readonly reason: 'end' | 'stop' | 'length' | 'cancelled';
  readonly ids: Int32Array;
  /** Bytes before the stop string that ended it. */
  readonly textBytes?: number;
  readonly usage: TokenUsage;
  readonly timings: Timings;
}

/** Ids of the tokens around the two halves of a file. */
export interface FillTokens {
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
}

export interface EndpointVocabulary {
  readonly size: number;
  readonly bos: number | undefined; // set only where a prompt starts with it
  readonly fill: FillTokens | undefined;
  piece(id: number): Uint8Array;
  isEnd(id: number): boolean;
}

/** A loaded model as far as the HTTP endpoint needs it. */
export interface EndpointModel {
  readonly loaded: LoadedModel;
  /** Other names a request may use for it. */
  readonly aliases: readonly string[];
  readonly vocabulary: EndpointVocabulary;
  openChat(settings: SessionSettings, messages: readonly ChatMessage[]): OpenChat | Promise<OpenChat>;
  /** `special`: whether texts of special tokens become them. */
  tokenize(texts: readonly string[], options: { readonly special: boolean }): Promise<Int32Array[]>;
  sampling(options: SamplingOptions): NativeSampling;
  run(request: RawRequest, onEvent: (event: RawEvent) => void, control: RunControl): Promise<RawResult>;
  /** One normalised vector per text; absent where the model makes none. */
  readonly embed?: (texts: readonly Int32Array[]) => Promise<Float32Array[]>;
  counters(): NativeCounters;
}
