import type { NativeCounters, NativeGrammar, NativeSampling } from '../../addon/contract.ts';
import type { ChatMessage } from '../../protocol/chat.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult, SamplingOptions } from '../../protocol/generation.ts';
import type { LoadedModel, SessionSettings } from '../../protocol/methods.ts';
import type { RunEvent, RunRequest, RunResult } from '../kv/run-request.ts';
import type { TurnContext } from '../session/generate-turn.ts';

/** The conversation that a request sent along. */
export interface OpenChat {
  /** A copy that continues from the same messages. */
  fork(): OpenChat;
  /** Number of tokens of the prompt that `generate` would run. Throws template.failed. */
  promptTokens(signal: AbortSignal): number | Promise<number>;
  /** Generates the model's next turn. A complete turn is cached, for a later request that replays it. */
  generate(
    options: GenerateOptions,
    onEvent: (event: GenerateEvent) => void,
    context: TurnContext,
  ): Promise<GenerateResult>;
}

/** Ids of the fill-in-the-middle tokens. */
export interface FillTokens {
  readonly prefix: number;
  readonly suffix: number;
  readonly middle: number;
  readonly suffixFirst: boolean; // in the prompt
}

export interface EndpointVocabulary {
  readonly size: number;
  readonly bos: number | undefined; // set only if a prompt must start with it
  readonly fill: FillTokens | undefined;
  piece(id: number): Uint8Array;
  isEnd(id: number): boolean;
}

/** A loaded model, as the HTTP endpoint uses it. */
export interface EndpointModel {
  readonly loaded: LoadedModel;
  /** Other names a request may use for it. */
  readonly aliases: readonly string[];
  readonly vocabulary: EndpointVocabulary;
  /** Throws `request.cancelled` as soon as `signal` is aborted. */
  openChat(
    settings: SessionSettings,
    messages: readonly ChatMessage[],
    signal: AbortSignal,
  ): OpenChat | Promise<OpenChat>;
  /** Token ids of each text. `special`: the text of a special token becomes that token. */
  tokenize(texts: readonly string[], options: { readonly special: boolean }): Promise<Int32Array[]>;
  sampling(options: SamplingOptions): NativeSampling;
  /** Throws `grammar.invalid` for one that cannot constrain a run. */
  checkGrammar(grammar: NativeGrammar): Promise<void>;
  /** Continues a raw prompt. A cancelled run is a result. */
  run(request: RunRequest, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunResult>;
  /** One normalised vector per text; undefined unless it is an embedding model. */
  readonly embed?: (texts: readonly Int32Array[]) => Promise<Float32Array[]>;
  counters(): NativeCounters;
}
