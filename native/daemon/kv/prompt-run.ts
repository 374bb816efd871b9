import type { NativeDone, NativeLogprob } from '../../addon/contract.ts';
import type { PrefixMatch, Reach, Resident } from './prefix-index.ts';
import type { RunEvent, RunRequest, RunResult } from './run-request.ts';

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
 * One request on its way through the runner: what it is, how far it is, how it ended. Does not own cells or the engine.
 */
export class PromptRun {
  readonly request: RunRequest;
  readonly order: number;
  readonly generateMax: number;
  readonly finished: Promise<RunResult>;
  state: RunState = 'waiting';
  cancelled = false;
  /** What it may continue: less after each time that the engine could not give it what was found. */
  reach: Reach = 'any';
  /** How many of its tokens were there, but at a place that the memory could not go back to. */
  unreachable = 0;
  recomputed: string | undefined;
  /** The prefix it waits for, while another run computes it. */
  awaits: PrefixMatch | undefined;
  aheadTold = -1;
  resident: Resident | undefined;
  reused = 0;
  nativeId: number | undefined;
  granted = 0;
  /** The engine's copy of its KV while it is parked. */
  parkedCopy: number | undefined;
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

  get parked(): boolean {
    return this.state === 'parked';
  }

  /** Tokens received; the engine may be further on. */
  get generated(): number {
    return this.#received;
  }

  /** Tokens in the KV pool while the engine has stalled: the last sampled one is not computed yet. */
  get stalledLength(): number {
    return this.request.prompt.length + this.granted - 1;
  }

  /** Milliseconds since the request came. */
  get age(): number {
    return performance.now() - this.#created;
  }

  /** A receiver that throws ends its own run and nothing else. */
  tell(event: RunEvent): void {
    if (this.state === 'ended') return;
    try {
      this.#onEvent(event);
    } catch (error) {
      this.fail(error);
    }
  }

  tellPrefill(computed: number): void {
    this.tell({ kind: 'prefill', reused: this.reused, computed, total: this.request.prompt.length });
  }

  started(nativeId: number): void {
    this.nativeId = nativeId;
    this.#started = performance.now();
    this.state = 'running';
  }

  take(tokens: Int32Array, logprobs: readonly NativeLogprob[] | undefined): void {
    this.#chunks.push(tokens);
    this.#received += tokens.length;
    this.tell(logprobs === undefined ? { kind: 'tokens', tokens } : { kind: 'tokens', tokens, logprobs });
  }

  /**
   * Whether the engine really waits: the grant may have been raised after it said so. Tokens whose text may begin a stop
   * string are withheld, so that a few more may be generated than were received.
   */
  noteStalled(): void {
    if (this.state !== 'running' || this.granted >= this.generateMax) return;
    if (this.granted - this.#received <= this.withheldMax) this.state = 'stalled';
  }

  get withheldMax(): number {
    return this.#withheldMax;
  }

  /** Whether the grant should be raised now, ahead of the stall when that cannot be mistaken for one. */
  wantsGrant(slice: number): boolean {
    if (this.granted >= this.generateMax) return false;
    if (this.state === 'stalled') return true;
    return this.state === 'running' && this.withheldMax < slice / 2 && this.granted - this.#received <= slice / 2;
  }

  /** Whether the reader has room for more than was granted; asks it once per grant, and tells when the answer comes or is late. */
  readerIsReady(answered: (error?: unknown) => void): boolean {
    const { ready } = this.request;
    if (ready === undefined || this.#readyFor === this.granted) return true;
    if (this.#askedFor === this.granted) return false;
    const askedFor = this.granted;
    this.#askedFor = askedFor;
    ready().then(
      () => {
        this.#readyFor = askedFor;
        answered();
      },
      (error: unknown) => answered(error ?? new Error('The reader is gone.')),
    );
    // One that has room says so before anything else happens.
    setImmediate(() => {
      if (this.#readyFor === askedFor || this.state === 'ended') return;
      this.#lateFor = askedFor;
      answered();
    });
    return false;
  }

  /** Whether it stands still because its reader does. */
  get waitsForReader(): boolean {
    return this.#lateFor === this.granted && this.#readyFor !== this.granted;
  }

  ids(): Int32Array {
    const ids = new Int32Array(this.#received);
    let at = 0;
    for (const chunk of this.#chunks) {
      ids.set(chunk, at);
      at += chunk.length;
    }
    return ids;
  }

  fail(error: unknown): void {
    this.state = 'ended';
    this.awaits = undefined;
    this.#reject(error);
  }

  /** Ends it with what the engine said; `done` is undefined when it was cancelled before it started. */
  succeed(done: NativeDone | undefined): void {
    const reason = done === undefined || done.reason === 'failed' ? 'cancelled' : done.reason;
    const prompt = this.request.prompt.length;
    const computed = done === undefined ? 0 : Math.min(prompt, done.position) - this.reused;
    const waited = (this.#started ?? performance.now()) - this.#created;
    this.state = 'ended';
    this.#resolve({
      reason,
      ids: this.ids(),
      textBytes: done?.textBytes,
      usage: {
        reused: this.#started === undefined ? 0 : this.reused,
        computed: Math.max(0, computed),
        generated: this.#received,
      },
      timings: { queue: waited + (done?.queueMs ?? 0), prefill: done?.prefillMs ?? 0, decode: done?.decodeMs ?? 0 },
      recomputed: this.recomputed,
    });
  }
}
