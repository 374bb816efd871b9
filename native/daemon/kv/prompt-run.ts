import type { NativeDone, NativeRequest, NativeSampling } from '../../addon/contract.ts';
import type { PrefixMatch, Reuse } from './prefix-index.ts';
import type { Resident } from './resident.ts';
import type { RunEvent, RunRequest, RunResult, TokensEvent } from './run-request.ts';

export type RunState =
  | 'waiting' // for a place, cells or a prefix
  | 'placing' // its sequence is being made ready
  | 'running'
  | 'stalled' // the engine waits for more grant
  | 'parking' // its KV is being saved
  | 'parked' // its KV is saved, its cells are free
  | 'restoring'
  | 'ended';

/**
 * One request on its way through the runner.
 * Owns: its state, its grant, its events and its result. Does not own: cells, the engine.
 */
export class PromptRun {
  readonly request: RunRequest;
  readonly order: number;
  readonly generateMax: number;
  readonly finished: Promise<RunResult>;
  cancelled = false;
  /** The prefix it waits for while another run computes it. */
  awaits: PrefixMatch | undefined;
  /** The queue position last reported to the client. */
  aheadTold = -1;
  /** The engine's copy of its KV while it is parked. */
  parkedCopy: number | undefined;
  #state: RunState = 'waiting';
  #reuse: Reuse = 'rewound';
  #unreachable = 0;
  #recomputed: string | undefined;
  #resident: Resident | undefined;
  #reused = 0;
  #nativeId: number | undefined;
  #granted = 0;
  readonly #created = performance.now();
  readonly #onEvent: (event: RunEvent) => void;
  readonly #withheldMax: number;
  readonly #chunks: Int32Array[] = [];
  #started: number | undefined;
  #received = 0;
  #askedFor = -1;
  #readyFor = -1;
  #lateFor = -1;
  #resolve: (result: RunResult) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(
    request: RunRequest,
    onEvent: (event: RunEvent) => void,
    place: { readonly order: number; readonly generateMax: number },
  ) {
    this.request = request;
    this.order = place.order;
    this.generateMax = place.generateMax;
    this.#onEvent = onEvent;
    this.#withheldMax = request.stopStrings.reduce((most, stop) => Math.max(most, Buffer.byteLength(stop)), 0);
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get priority(): number {
    return this.request.priority;
  }

  get state(): RunState {
    return this.#state;
  }

  get parked(): boolean {
    return this.#state === 'parked';
  }

  /** How it may reuse other sequences. Shrinks each time the engine could not rewind to the prefix found. */
  get reuse(): Reuse {
    return this.#reuse;
  }

  /** Its sequence, from placement until `leave`. */
  get resident(): Resident | undefined {
    return this.#resident;
  }

  /** Tokens of the prompt that need not be computed. */
  get reused(): number {
    return this.#reused;
  }

  /** The engine's id for it, once it has started. */
  get nativeId(): number | undefined {
    return this.#nativeId;
  }

  /** Tokens that it has been allowed to generate so far. */
  get granted(): number {
    return this.#granted;
  }

  /** Tokens received; the engine may have generated more. */
  get generated(): number {
    return this.#received;
  }

  /** Tokens in the KV pool while the engine has stalled: the last sampled one is not computed yet. */
  get stalledLength(): number {
    return this.request.prompt.length + this.#granted - 1;
  }

  /** Milliseconds since the request arrived. */
  get age(): number {
    return performance.now() - this.#created;
  }

  /**
   * Gives it a sequence that should hold `reused` tokens of the prompt. `unreachable`: tokens of the prompt that the
   * pool holds but that cannot be reused, because the memory cannot be rewound to them.
   */
  place(resident: Resident, reused: number, unreachable: number): void {
    this.#state = 'placing';
    this.#resident = resident;
    this.#unreachable = Math.max(this.#unreachable, unreachable);
    if (this.#unreachable > reused) {
      const cause = `The model's memory cannot go back to token ${this.#unreachable}`;
      this.#recomputed = `${cause}, so tokens from ${reused} on are computed again.`;
    }
  }

  /** Its sequence holds `reused` tokens of the prompt; `expected` is what the placement promised. */
  placed(reused: number, expected: number): void {
    this.#reused = reused;
    if (reused < expected) {
      this.#recomputed = `Saved context could not be brought back, so tokens from ${reused} on are computed again.`;
    }
  }

  /** The engine could not rewind to the `found` tokens: the run waits again and may reuse less than before. */
  sendBack(found: number): void {
    this.#state = 'waiting';
    this.#resident = undefined;
    this.#unreachable = Math.max(this.#unreachable, found);
    this.#reuse = this.#reuse === 'rewound' ? 'asIs' : 'none';
  }

  /** Gives up its sequence and returns it. */
  leave(): Resident | undefined {
    const resident = this.#resident;
    this.#resident = undefined;
    return resident;
  }

  /** Starts it with a first grant of tokens: `start` hands the request to the engine and returns its id. */
  start(granted: number, start: (request: NativeRequest) => number): void {
    this.#granted = granted;
    this.#nativeId = start(this.#nativeRequest());
    this.#started = performance.now();
    this.#state = 'running';
  }

  /** Lets it generate `tokens` more; a stalled run continues. */
  grant(tokens: number): void {
    this.#granted += tokens;
    this.#state = 'running';
  }

  beginParking(): void {
    this.#state = 'parking';
  }

  /** Its KV has been saved: its cells are free. */
  endParking(): void {
    this.#state = 'parked';
  }

  /** It was cancelled while it was being parked: it is stalled again. */
  abandonParking(): void {
    this.#state = 'stalled';
  }

  beginRestoring(): void {
    this.#state = 'restoring';
  }

  /** Passes an event to the receiver. An exception of the receiver fails this run only. */
  tell(event: RunEvent): void {
    if (this.#state === 'ended') return;
    try {
      this.#onEvent(event);
    } catch (error) {
      this.fail(error);
    }
  }

  tellPrefill(computed: number): void {
    this.tell({ kind: 'prefill', reused: this.#reused, computed, total: this.request.prompt.length });
  }

  take(event: TokensEvent): void {
    this.#chunks.push(event.tokens);
    this.#received += event.tokens.length;
    this.tell(event);
  }

  /**
   * Notes that the engine has used up the grant, unless the grant was raised since. The engine withholds tokens whose
   * text may begin a stop string, so it may have generated a few more than were received.
   */
  noteStalled(): void {
    if (this.#state !== 'running' || this.#granted >= this.generateMax) return;
    if (this.#granted - this.#received <= this.#withheldMax) this.#state = 'stalled';
  }

  /** Whether to raise the grant now: before a stall, if withheld tokens cannot hide how much of the grant is left. */
  wantsGrant(slice: number): boolean {
    if (this.#granted >= this.generateMax) return false;
    if (this.#state === 'stalled') return true;
    const left = this.#granted - this.#received;
    return this.#state === 'running' && this.#withheldMax < slice / 2 && left <= slice / 2;
  }

  /**
   * Whether the reader has room for more than was granted. Asks the reader once per grant. Calls `answered` when the
   * answer comes or is late, and with an error if the reader is gone.
   */
  readerIsReady(answered: (error?: unknown) => void): boolean {
    const { ready } = this.request;
    if (ready === undefined || this.#readyFor === this.#granted) return true;
    if (this.#askedFor === this.#granted) return false;
    const askedFor = this.#granted;
    this.#askedFor = askedFor;
    ready().then(
      () => {
        this.#readyFor = askedFor;
        answered();
      },
      (error: unknown) => answered(error ?? new Error('The reader is gone.')),
    );
    // A reader with room resolves its promise before the next turn of the event loop; a later one is slow.
    setImmediate(() => {
      if (this.#readyFor === askedFor || this.#state === 'ended') return;
      this.#lateFor = askedFor;
      answered();
    });
    return false;
  }

  /** Whether it is stalled because its reader is slow. */
  get waitsForReader(): boolean {
    return this.#lateFor === this.#granted && this.#readyFor !== this.#granted;
  }

  /** All tokens received, in order. */
  ids(): Int32Array {
    const ids = new Int32Array(this.#received);
    let at = 0;
    for (const chunk of this.#chunks) {
      ids.set(chunk, at);
      at += chunk.length;
    }
    return ids;
  }

  /** Ends it with an error. */
  fail(error: unknown): void {
    this.#state = 'ended';
    this.awaits = undefined;
    this.#reject(error);
  }

  /** Ends it with the engine's result; `done` is undefined when it was cancelled before it started. */
  succeed(done: NativeDone | undefined): void {
    const reason = done === undefined || done.reason === 'failed' ? 'cancelled' : done.reason;
    const prompt = this.request.prompt.length;
    const computed = done === undefined ? 0 : Math.min(prompt, done.position) - this.#reused;
    const waited = (this.#started ?? performance.now()) - this.#created;
    this.#state = 'ended';
    this.#resolve({
      reason,
      ids: this.ids(),
      textBytes: done?.textBytes,
      usage: {
        reused: this.#started === undefined ? 0 : this.#reused,
        computed: Math.max(0, computed),
        generated: this.#received,
        ...(done === undefined || done.reasoning === 0 ? {} : { reasoning: done.reasoning }),
      },
      timings: { queue: waited + (done?.queueMs ?? 0), prefill: done?.prefillMs ?? 0, decode: done?.decodeMs ?? 0 },
      recomputed: this.#recomputed,
    });
  }

  /** The request to the engine: the tokens of the prompt that the sequence lacks, and how to generate. */
  #nativeRequest(): NativeRequest {
    const { request } = this;
    return {
      sequence: this.#resident?.sequence ?? -1,
      position: this.#reused,
      tokens: request.prompt.slice(this.#reused),
      history: looksBack(request.sampling) ? request.prompt.slice(0, this.#reused) : undefined,
      priority: request.priority,
      generateMax: this.generateMax,
      granted: this.#granted,
      sampling: request.sampling,
      grammar: request.grammar,
      reasoning: request.reasoning,
      stopStrings: request.stopStrings,
      stopTokens: request.stopTokens,
      ignoreEndOfGeneration: request.ignoreEndOfGeneration,
      eager: request.eager,
      logprobs: request.logprobs,
    };
  }
}

/** Whether a sampler reads the tokens of the prompt. */
function looksBack(sampling: NativeSampling): boolean {
  return (
    sampling.repeatPenalty !== 1 ||
    sampling.frequencyPenalty !== 0 ||
    sampling.presencePenalty !== 0 ||
    sampling.dryMultiplier !== 0
  );
}
