/**
 * What the addon exports, as types only. A request crosses the boundary once, as plain data; all work per token stays
 * in C++. Errors that are thrown or rejected carry a `code` of protocol/coded-error.ts. Tokens are int32 ids, positions
 * count from 0. Arrays are copied at the boundary, because Electron refuses buffers that C++ owns.
 */

export type LibraryVariant = 'cpu' | 'vulkan' | 'cuda' | 'metal';

export interface Addon {
  /**
   * Opens ggml and llama from `directory` and loads the backends found there. Once per process: a second call with
   * another directory throws `library.unusable`. Throws `library.missing`, `library.release` and `library.unusable`.
   */
  openLibraries(directory: string, variant: LibraryVariant): OpenedLibraries;
  /** Calls `sink` on the JavaScript thread for every later line of llama.cpp's log, with ggml's level. */
  onLog(sink: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void): void;
  /** Loads a model on a new thread. `onProgress` gets a fraction from 0 to 1. */
  loadModel(options: NativeModelOptions, onProgress: (fraction: number) => void): NativeLoad;
  /**
   * Takes an exclusive lock on `path`, a file that is created with mode 0600. The operating system frees the lock when
   * the process ends. Returns undefined when another process holds it. Throws `file.failed`.
   */
  lockFile(path: string): FileLock | undefined;
  /**
   * From now on a fatal signal in native code writes one sentence to stderr and to the end of `file` before it ends the
   * process. Does nothing on Windows, where the exit status says enough. Throws `file.failed`.
   */
  onCrash(file: string): void;
}

export interface FileLock {
  release(): void;
}

export interface OpenedLibraries {
  readonly release: string; // llama_version() without its suffix, e.g. `0.4.0`
  readonly devices: readonly NativeDevice[];
}

export interface NativeDevice {
  readonly name: string;
  readonly description: string;
  readonly kind: 'cpu' | 'gpu' | 'igpu' | 'accel';
  readonly backend: string; // registry name: CPU, Vulkan, CUDA, MTL
  readonly memoryFree: number; // bytes; both are 0 when the driver does not say
  readonly memoryTotal: number; // bytes
}

export interface NativeModelOptions {
  readonly path: string; // the first file of a split model
  readonly gpuLayers: number; // -1: all
  /** Tensors with a name that matches the regular expression stay on that device: "CPU" or a device's name. */
  readonly tensorPlacement?: readonly { readonly pattern: string; readonly device: string }[];
}

interface NativeLoad {
  /**
   * Rejects with `model.missing`, `model.invalid`, `model.unsupported`, `model.memory`, `request.invalid` or
   * `request.cancelled`.
   */
  readonly model: Promise<NativeModel>;
  /** Ends the load soon; `model` then rejects with `request.cancelled`. */
  cancel(): void;
}

export interface NativeModelInfo {
  readonly architecture: string;
  readonly slidingWindow: number; // tokens; 0: none
  readonly recurrent: boolean;
  readonly hybrid: boolean;
  readonly hasDecoder: boolean;
  /** GGUF metadata as strings, without arrays; those of the tokenizer are in `vocabulary()`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The chat template under `default`, and named ones such as `tool_use`. */
  readonly chatTemplates: Readonly<Record<string, string>>;
}

/** The vocabulary as flat arrays, so that JavaScript turns ids into text without a call. */
export interface NativeVocabulary {
  readonly size: number;
  readonly pieces: Uint8Array; // bytes of all tokens, special ones as their text
  readonly offsets: Uint32Array; // size + 1 entries into `pieces`
  readonly attributes: Uint32Array; // llama_token_attr bits, one entry per token
  readonly endOfGeneration: Int32Array;
  readonly bos: number; // -1: none; the same for the tokens below
  readonly eos: number;
  readonly addBos: boolean;
  readonly fillPrefix: number;
  readonly fillSuffix: number;
  readonly fillMiddle: number;
}

export interface NativeModel {
  readonly info: NativeModelInfo;
  vocabulary(): NativeVocabulary;
  /**
   * Synchronous: for short text (less than about 100 kB). With `special` the texts of special tokens become those
   * tokens. Never adds BOS. Throws `request.invalid` and `model.not-loaded`.
   */
  tokenize(text: string, special: boolean): Int32Array;
  /** The same on a new thread, for many or long texts. */
  tokenizeMany(texts: readonly string[], special: boolean): Promise<Int32Array[]>;
  /**
   * Reads a grammar on a new thread. Rejects with `grammar.invalid` for one that a request could not be held to.
   * Resolves with whether a reply that is held to it may begin with `text`; without `text` with true.
   */
  checkGrammar(gbnf: string, root: string, text?: string): Promise<boolean>;
  /** Rejects with `model.memory` or `engine.failed`. Throws `request.invalid` with the option's name. */
  createEngine(options: NativeEngineOptions): Promise<NativeEngine>;
  /** Closes its engines first. May be called again. */
  close(): Promise<void>;
}

export interface NativeEngineOptions {
  readonly cells: number; // size of the KV pool that all sequences share, in tokens
  readonly sequencesMax: number;
  readonly batchTokens: number; // one llama_decode computes at most this many tokens, as one micro-batch
  readonly threads: number; // for replies
  readonly threadsBatch: number; // for prompts
  readonly threadsFirst?: number; // limit of both until setThreads() is called; default: none
  readonly kvType: 'f16' | 'q8_0';
  readonly flashAttention: 'auto' | 'on' | 'off';
  readonly embeddings?: boolean; // for embed() only: start() fails
  readonly yarn?: { readonly factor: number; readonly originalContext: number }; // tokens
  /** 32 bytes that identify the model's weights. They are written into snapshots. */
  readonly fingerprint: Uint8Array;
}

export interface NativeEngineInfo {
  readonly cells: number; // may be more than was asked for
  readonly sequencesMax: number; // may be fewer than were asked for
  readonly kvBytes: number; // from llama.cpp's log; 0 where it does not say
  readonly computeBytes: number; // likewise
}

/**
 * One llama_context and the thread that computes with it. Commands take effect in the order they are given, between two
 * decodes. The caller decides on cells and sequences: the engine never chooses a sequence, and empties one only when a
 * request finds no room (`pool.overflow`), which gives back what it took. A command for a sequence that a running
 * request uses rejects with `request.invalid`, except for copying from it. After close() commands reject with
 * `engine.closed`.
 */
export interface NativeEngine {
  readonly info: NativeEngineInfo;
  /**
   * Starts a request and returns its id. `onEvents` gets the events in order, several at a time. Throws
   * `request.invalid` with the field's name, and `engine.closed`; faults that only the loop can find come as a `done`
   * event with reason `failed`. Tokens that were held back because a stop string might be forming come in the same call
   * as `done`.
   */
  start(request: NativeRequest, onEvents: (events: readonly NativeEvent[]) => void): number;
  /** Lets a request generate `tokens` more before it stalls. Unknown ids are ignored. */
  extend(id: number, tokens: number): void;
  /** Ends a request within one micro-batch; what was computed stays in its sequence. Unknown ids are ignored. */
  cancel(id: number): void;
  /**
   * Makes positions [from, to) of `source` also belong to `target`, which must be empty; to = -1: to the end. Computes
   * nothing. Resolves with false, and `target` stays empty, when this kind of memory cannot be cut at `to`.
   */
  copySequence(source: number, target: number, from: number, to: number): Promise<boolean>;
  /**
   * Removes positions [from, to); to = -1: to the end. Resolves with false, and removes nothing, when the sequence
   * could not be continued at `from`: a recurrent state that is further on, or a sliding window that has lost the
   * tokens before. The sequence of a stalled request may be saved, emptied and restored before the request is extended.
   */
  removeSequence(sequence: number, from: number, to: number): Promise<boolean>;
  /**
   * Writes a snapshot: our header with checksums, the tokens, and the KV of the sequence. Resolves with the number of
   * bytes written. Rejects with `file.failed`.
   */
  saveSequenceFile(sequence: number, tokens: Int32Array, path: string): Promise<number>;
  /**
   * Replaces the sequence by a snapshot and resolves with its tokens. Rejects with `snapshot.mismatch`,
   * `snapshot.corrupt`, `pool.overflow` or `file.failed`; the sequence is then empty.
   */
  restoreSequenceFile(sequence: number, path: string): Promise<Int32Array>;
  /**
   * Copies positions [from, to) of a sequence into memory outside the pool; to = -1: to the end. The sequence stays as
   * it is. Less than a whole sequence can be copied only where sequences can be cut. The copy lasts until
   * `dropShelved` or the engine's end.
   */
  shelve(sequence: number, from: number, to: number): NativeShelved;
  /**
   * Appends positions [from, to) of a copy to a sequence; to = -1: to the end of the copy. Resolves with false, and
   * adds nothing, when there is no such copy, the sequence does not end at `from`, or the pool has no room for all of
   * the copy.
   */
  unshelve(id: number, sequence: number, from: number, to: number): Promise<boolean>;
  /** Frees a copy. Unknown ids are ignored. */
  dropShelved(id: number): void;
  /**
   * One vector of length 1 per text, each with the model's output dimension. Rejects with `model.capability` unless the
   * engine was created for embeddings, and with `request.invalid` for a text that does not fit one micro-batch.
   */
  embed(texts: readonly Int32Array[]): Promise<Float32Array[]>;
  /** Sets how many threads compute from the next step on, at most as many as the options say. */
  setThreads(threads: number): void;
  /** Totals since the engine was created, for metrics and the benchmark. */
  counters(): NativeCounters;
  /** Cancels all requests, ends the thread and frees the context. May be called again. */
  close(): Promise<void>;
}

/** A copy of positions of a sequence, outside the KV pool. */
export interface NativeShelved {
  /** Known at once: commands given later may use the copy before it is made. */
  readonly id: number;
  /** Size of the copy. Rejects with `request.invalid` or `engine.failed` when it could not be made. */
  readonly bytes: Promise<number>;
}

export interface NativeCounters {
  readonly decodes: number;
  readonly decodesAborted: number;
  readonly tokensPrefilled: number;
  readonly tokensGenerated: number;
  readonly busySeconds: number; // inside llama_decode
  readonly threads: number; // not a total: how many compute now
  readonly busyCpuSeconds: number; // CPU time of the whole process during busySeconds; 0 where it is not known
}

export interface NativeRequest {
  readonly sequence: number;
  /** Position of the first of `tokens`. The sequence must hold exactly the positions before it. */
  readonly position: number;
  readonly tokens: Int32Array; // at least one
  /** The tokens before `position`, for penalties and DRY; not needed when both are off. */
  readonly history?: Int32Array;
  readonly priority: number; // lower first
  readonly generateMax: number; // 0: compute the prompt only
  readonly granted: number; // tokens it may generate before it stalls and asks for more; at least one is generated
  readonly sampling: NativeSampling;
  readonly grammar?: NativeGrammar;
  readonly reasoning?: NativeReasoning;
  readonly stopStrings: readonly string[];
  readonly stopTokens: Int32Array;
  readonly ignoreEndOfGeneration?: boolean; // for benchmarks
  readonly eager?: number; // this many first tokens are sent at once, default 1; later ones are gathered for a while
  readonly logprobs: number; // -1: none; n: those of the chosen token and of the n most likely
}

export interface NativeSampling {
  readonly temperature: number; // below 1e-6: greedy
  readonly topK: number; // 0: off
  readonly topP: number; // 1: off
  readonly minP: number; // 0: off
  readonly repeatPenalty: number; // 1: off
  readonly repeatLastN: number; // tokens; -1: all
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly dryMultiplier: number; // 0: off
  readonly dryBase: number;
  readonly dryAllowedLength: number; // tokens
  readonly dryLastN: number; // tokens; -1: all
  readonly drySequenceBreakers: readonly string[];
  readonly seed: number; // uint32
  readonly logitBias: readonly { readonly token: number; readonly bias: number }[]; // -Infinity: never
}

/**
 * One that is wrong, or that can be followed in too many ways, fails the request with `grammar.invalid`. Where
 * checkGrammar() has seen it before, it need not be read again.
 */
export interface NativeGrammar {
  readonly gbnf: string;
  readonly root: string; // name of the start rule
  /**
   * The grammar is lazy when one of these lists has entries: it is off until one of the tokens is sampled or a pattern
   * (ECMAScript) is found in the generated text, and then begins with that token or with the first group of the match.
   */
  readonly triggerTokens: Int32Array;
  readonly triggerPatterns: readonly string[];
}

/** How thoughts stand in a reply. Marks are found in its text. */
export interface NativeReasoning {
  readonly opened: boolean; // the prompt ends within thoughts
  readonly atStart?: boolean; // they begin before any other text or not at all
  readonly open: string;
  readonly close: readonly string[]; // any of these ends them
  /** Tokens of all thoughts together; left out: any number. */
  readonly budget?: number;
  /**
   * What is written when the budget is used up: the first time, the second, and so on; the last for all that follow. A
   * call that has begun within the thoughts is not cut.
   */
  readonly endings?: readonly { readonly tokens: Int32Array }[];
}

/** Natural logarithms of probabilities, before bias, penalties, grammar and temperature. */
export interface NativeLogprob {
  readonly token: number;
  readonly logprob: number;
  readonly topTokens: Int32Array; // most likely first
  readonly topLogprobs: Float32Array;
}

export type NativeEvent =
  | { readonly kind: 'progress'; readonly computed: number } // of this request's prompt tokens
  | { readonly kind: 'tokens'; readonly tokens: Int32Array; readonly logprobs?: readonly NativeLogprob[] }
  | { readonly kind: 'stalled' } // the grant is used up: call extend() or cancel()
  | NativeDone;

export interface NativeDone {
  readonly kind: 'done';
  readonly reason: 'end' | 'stop' | 'length' | 'prefilled' | 'cancelled' | 'failed';
  /** How many tokens of the sequence are computed: positions 0 .. position - 1 are in the KV pool. */
  readonly position: number;
  /** Number of generated tokens, the ending one included. All of them were sent in `tokens` events. */
  readonly generated: number;
  /** How many of these are thoughts, the mark that ended them included; 0 without NativeRequest.reasoning. */
  readonly reasoning: number;
  /** When a stop string ended it: bytes of the generated text before that string. */
  readonly textBytes?: number;
  readonly code?: string; // for `failed`
  readonly message?: string;
  readonly queueMs: number; // from start() to the first decode
  readonly prefillMs: number; // from there to the first sampled token
  readonly decodeMs: number; // from there to the end
}
