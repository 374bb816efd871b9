/**
 * The addon's whole shape in TypeScript, types only. Everything a request needs crosses once, as plain data; per-token
 * work stays in C++. Errors thrown or rejected carry a `code` of protocol/coded-error.ts. Tokens are int32 ids.
 * Buffers are copied at the boundary (external ones are refused in Electron).
 */

export type LibraryVariant = 'cpu' | 'vulkan' | 'cuda' | 'metal';

export interface Addon {
  /** llama.cpp release of the headers this addon was compiled with, e.g. `0.4.0`. */
  readonly release: string;
  /**
   * Opens ggml and llama from `directory` and loads the backends found there. Once per process: a second call with
   * another directory throws `library.unusable`. Throws `library.missing`, `library.release`.
   */
  openLibraries(directory: string, variant: LibraryVariant): OpenedLibraries;
  /** Every later log line of llama.cpp, on the JavaScript thread. Levels as ggml has them: debug, info, warn, error. */
  onLog(sink: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void): void;
  /** Loads on a worker thread. Progress 0..1; `signal.abort()` semantics through `NativeLoad.cancel`. */
  loadModel(options: NativeModelOptions, onProgress: (fraction: number) => void): NativeLoad;
  /**
   * Takes an exclusive lock on `path` (created with mode 0600) that the operating system frees when the process ends.
   * Returns undefined when another process holds it.
   */
  lockFile(path: string): FileLock | undefined;
  /**
   * From now on a fatal signal of native code writes one sentence to stderr and to the end of `file` before the process
   * dies of it. Does nothing on Windows, where the exit status tells.
   */
  onCrash(file: string): void;
}

export interface FileLock {
  release(): void;
}

export interface OpenedLibraries {
  readonly release: string; // llama_version(), without suffix
  readonly systemInfo: string;
  readonly supportsGpuOffload: boolean;
  readonly devices: readonly NativeDevice[];
}

export interface NativeDevice {
  readonly name: string;
  readonly description: string;
  readonly kind: 'cpu' | 'gpu' | 'igpu' | 'accel';
  readonly backend: string; // registry name: CPU, Vulkan, CUDA, MTL
  readonly memoryFree: number; // bytes; 0 and 0: the driver does not say
  readonly memoryTotal: number;
}

export interface NativeModelOptions {
  readonly path: string; // first split of a split model
  readonly gpuLayers: number; // -1: all
  /** Tensors whose name matches the regular expression are kept on that device ("CPU" or a device's name). */
  readonly tensorPlacement?: readonly { readonly pattern: string; readonly device: string }[];
  readonly mmap?: boolean; // default true
  readonly mlock?: boolean;
  readonly vocabularyOnly?: boolean;
}

export interface NativeLoad {
  readonly model: Promise<NativeModel>;
  /** Ends the load soon; `model` rejects with `request.cancelled`. */
  cancel(): void;
}

export interface NativeModelInfo {
  readonly description: string; // e.g. "deepseek2 27M Q8_0"
  readonly architecture: string;
  readonly sizeBytes: number;
  readonly parameters: number;
  readonly contextTrained: number;
  readonly embeddingSize: number;
  readonly layers: number;
  readonly slidingWindow: number; // 0: none
  readonly recurrent: boolean;
  readonly hybrid: boolean;
  readonly hasEncoder: boolean;
  readonly hasDecoder: boolean;
  /** GGUF metadata as strings; arrays are left out, the tokenizer's are in `vocabulary`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The default chat template, and named ones such as `tool_use`. */
  readonly chatTemplates: Readonly<Record<string, string>>;
}

/** The vocabulary as flat arrays, so that JavaScript turns ids into text without a call. */
export interface NativeVocabulary {
  readonly size: number;
  readonly pieces: Uint8Array; // bytes of all tokens, special ones rendered
  readonly offsets: Uint32Array; // size + 1 entries into `pieces`
  readonly attributes: Uint32Array; // llama_token_attr bits
  readonly endOfGeneration: Int32Array;
  readonly bos: number; // -1: none, likewise below
  readonly eos: number;
  readonly eot: number;
  readonly addBos: boolean;
  readonly fillPrefix: number;
  readonly fillSuffix: number;
  readonly fillMiddle: number;
}

export interface NativeModel {
  readonly info: NativeModelInfo;
  vocabulary(): NativeVocabulary;
  /** Synchronous: for short text (under about 100 kB). `special`: texts of special tokens become them. Never adds BOS. */
  tokenize(text: string, special: boolean): Int32Array;
  /** On a worker thread, for many or long texts. */
  tokenizeMany(texts: readonly string[], special: boolean): Promise<Int32Array[]>;
  createEngine(options: NativeEngineOptions): Promise<NativeEngine>;
  /** Closes its engines first. Idempotent. */
  close(): Promise<void>;
}

export interface NativeEngineOptions {
  readonly cells: number; // size of the unified KV pool, in tokens
  readonly sequencesMax: number;
  readonly batchTokens: number; // one llama_decode computes at most this many: one micro-batch
  readonly threads: number;
  readonly threadsBatch: number;
  readonly threadsFirst?: number; // of both, that compute until setThreads() is called; default: all
  readonly kvType: 'f16' | 'q8_0';
  readonly flashAttention: 'auto' | 'on' | 'off';
  readonly offloadKv?: boolean; // default true
  readonly swaFull?: boolean;
  readonly embeddings?: boolean; // an embedding context: only `embed` works
  readonly yarn?: { readonly factor: number; readonly originalContext: number };
  /** 32 bytes that name the model's weights; written into snapshots. */
  readonly fingerprint: Uint8Array;
}

export interface NativeEngineInfo {
  readonly cells: number;
  readonly sequencesMax: number;
  readonly batchTokens: number;
  readonly threads: number;
  readonly abortable: boolean; // a running decode can be aborted (CPU, Metal)
  readonly kvBytes: number; // as llama.cpp reports in its log, 0 where it does not
  readonly computeBytes: number;
}

/**
 * One llama context and its step loop, on its own thread. Commands take effect in the order they are given, between
 * two decodes. Who calls is responsible for cells and sequences: the engine never chooses a sequence or frees one, but
 * for a request that finds no room (`pool.overflow`): it gives back what it took. A command for a sequence that a
 * running request uses is refused with `request.invalid`; copying from one is allowed.
 */
export interface NativeEngine {
  readonly info: NativeEngineInfo;
  /**
   * Starts a request; its events go to `onEvents` in order, several at a time. Returns its id. Throws `request.invalid`
   * with the field's name; what only the loop can tell comes as `failed`. Tokens that waited because a stop string might
   * be forming come in the same call as `done`.
   */
  start(request: NativeRequest, onEvents: (events: readonly NativeEvent[]) => void): number;
  /** Lets a request generate `tokens` more before it stalls. */
  extend(id: number, tokens: number): void;
  /** Ends it within one micro-batch; what was computed stays in its sequence. Unknown ids are ignored. */
  cancel(id: number): void;
  /**
   * Positions [from, to) of `source` also belong to `target`, which is empty; to = -1: to the end. No computing. False,
   * and `target` stays empty, when this memory cannot be cut at `to`.
   */
  copySequence(source: number, target: number, from: number, to: number): Promise<boolean>;
  /**
   * Removes [from, to); to = -1: to the end. False, and nothing is removed, when this memory could not be continued at
   * `from`: a running state that is further on, or a sliding window that has lost what precedes it. A sequence whose
   * request has stalled may be saved, emptied and restored before the request is extended.
   */
  removeSequence(sequence: number, from: number, to: number): Promise<boolean>;
  /** First and last position held; -1 and -1 when empty. */
  sequenceRange(sequence: number): Promise<{ readonly first: number; readonly last: number }>;
  /** KV of a sequence with our header and checksum, and the tokens it was made of. */
  saveSequence(sequence: number, tokens: Int32Array): Promise<Uint8Array>;
  /** Replaces the sequence. Rejects with snapshot.mismatch or snapshot.corrupt and leaves the sequence empty. */
  restoreSequence(sequence: number, snapshot: Uint8Array): Promise<Int32Array>;
  saveSequenceFile(sequence: number, tokens: Int32Array, path: string): Promise<number>; // bytes written
  restoreSequenceFile(sequence: number, path: string): Promise<Int32Array>;
  /**
   * Copies positions [from, to) of a sequence into RAM of the engine's own, to = -1: to the end; the sequence stays as it
   * is. A part can be copied only where sequences can be cut. Lasts until `dropShelved` or the engine's end.
   */
  shelve(sequence: number, from: number, to: number): NativeShelved;
  /**
   * Adds positions [from, to) of a copy to the end of a sequence, to = -1: all that follow. False, and nothing is added,
   * when the copy was not made, the sequence does not end at `from`, or the pool has no room for the whole copy at once.
   */
  unshelve(id: number, sequence: number, from: number, to: number): Promise<boolean>;
  /** Frees a copy. Unknown ids are ignored. */
  dropShelved(id: number): void;
  /** One vector per text, normalised. Only in an embedding context. */
  embed(texts: readonly Int32Array[]): Promise<Float32Array[]>;
  /** Threads that compute from the next step on: at most as many as the options say. */
  setThreads(threads: number): void;
  /** Cumulative, for metrics and the benchmark. */
  counters(): NativeCounters;
  /** Cancels everything, joins the thread, frees the context. Idempotent. */
  close(): Promise<void>;
}

/** A copy of a part of a sequence, outside the KV pool. */
export interface NativeShelved {
  /** Known at once: commands that use the copy take effect after the one that makes it. */
  readonly id: number;
  /** What it takes. Rejects when it could not be made. */
  readonly bytes: Promise<number>;
}

export interface NativeCounters {
  readonly decodes: number;
  readonly decodesAborted: number;
  readonly tokensPrefilled: number;
  readonly tokensGenerated: number;
  readonly busySeconds: number; // inside llama_decode
  readonly threads: number; // not cumulative: that compute now
  readonly busyCpuSeconds: number; // CPU time that all threads of the process used meanwhile; 0 where it is not known
}

export interface NativeRequest {
  readonly sequence: number;
  /** Position of the first of `tokens`; everything before it is in the sequence already, and nothing else. */
  readonly position: number;
  readonly tokens: Int32Array; // at least one
  /** Tokens before `position`, for penalties and DRY; may be left out when neither is on. */
  readonly history?: Int32Array;
  readonly priority: number; // lower first
  readonly generateMax: number; // 0: compute the prompt only
  readonly granted: number; // tokens it may generate before it stalls and asks for more; at least one is generated
  readonly sampling: NativeSampling;
  readonly grammar?: NativeGrammar;
  readonly stopStrings: readonly string[];
  readonly stopTokens: Int32Array;
  readonly ignoreEndOfGeneration?: boolean; // benchmark
  readonly eager?: number; // so many tokens at the beginning are sent as they come, default 1; those after gather a while
  readonly logprobs: number; // -1: none; n: the chosen token and the n most likely
}

export interface NativeSampling {
  readonly temperature: number; // below 1e-6: greedy
  readonly topK: number; // 0: off
  readonly topP: number; // 1: off
  readonly minP: number; // 0: off
  readonly repeatPenalty: number; // 1: off
  readonly repeatLastN: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly dryMultiplier: number; // 0: off
  readonly dryBase: number;
  readonly dryAllowedLength: number;
  readonly dryLastN: number;
  readonly drySequenceBreakers: readonly string[];
  readonly seed: number; // uint32
  readonly logitBias: readonly { readonly token: number; readonly bias: number }[];
}

export interface NativeGrammar {
  readonly gbnf: string;
  readonly root: string; // name of the start rule
  /**
   * Lazy: off until one of these tokens is sampled or a pattern (ECMAScript) is found in the generated text; the grammar
   * begins with that token, or with the first group of the match. Both empty: on from the start.
   */
  readonly triggerTokens: Int32Array;
  readonly triggerPatterns: readonly string[];
}

export interface NativeLogprob {
  readonly token: number;
  readonly logprob: number;
  readonly topTokens: Int32Array;
  readonly topLogprobs: Float32Array;
}

export type NativeEvent =
  | { readonly kind: 'progress'; readonly computed: number; readonly total: number } // prompt tokens of this request
  | { readonly kind: 'tokens'; readonly tokens: Int32Array; readonly logprobs?: readonly NativeLogprob[] }
  | { readonly kind: 'stalled' } // the grant is used up; extend() or cancel()
  | NativeDone;

export interface NativeDone {
  readonly kind: 'done';
  readonly reason: 'end' | 'stop' | 'length' | 'prefilled' | 'cancelled' | 'failed';
  /** Number of tokens of this sequence that are computed: positions 0 .. position-1 are in the KV pool. */
  readonly position: number;
  /** Generated tokens, the ending one included; all of them were sent in `tokens` events. */
  readonly generated: number;
  /** For reason `stop` by a string: how many bytes of the generated text stand before the stop string. */
  readonly textBytes?: number;
  readonly code?: string; // for `failed`
  readonly message?: string;
  readonly queueMs: number; // from start() to the first decode
  readonly prefillMs: number; // to the first sampled token
  readonly decodeMs: number; // after that
}
