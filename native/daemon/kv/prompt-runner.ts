import type { NativeDone, NativeEngine, NativeEvent } from '../../addon/contract.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import { priorities } from '../../protocol/generation.ts';
import type { TokenUsage } from '../../protocol/generation.ts';
import { generateLimit } from './prompt-limit.ts';
import { queueFull, WaitEstimate, WaitingLine } from './waiting-line.ts';
import { Grants } from './grants.ts';
import { PromptRun } from './prompt-run.ts';
import type { RunEvent, RunRequest, RunResult, RunnerOptions, RunnerStats } from './run-request.ts';
import { SequencePool } from './sequence-pool.ts';
import type { Placement } from './sequence-pool.ts';

/**
 * Runs prompts on one engine: one prompt in, tokens out. The KV pool is a cache of prefixes that callers do not see.
 * Owns: which requests run, wait and share a prefix. Does not own: cells (SequencePool), their growth (Grants), text.
 */
export class PromptRunner {
  readonly options: RunnerOptions;
  readonly #engine: NativeEngine;
  readonly #pool: SequencePool;
  readonly #grants: Grants;
  readonly #shareMin: number;
  readonly #line = new WaitingLine<PromptRun>();
  readonly #estimate = new WaitEstimate();
  /** Runs that have a sequence, parked ones included. */
  readonly #admitted = new Set<PromptRun>();
  readonly #open = new Set<Promise<unknown>>();
  #totals: TokenUsage = { reused: 0, computed: 0, generated: 0 };
  #orderLast = 0;
  #closed = false;
  #passing = false;
  #passAgain = false;
  /** The first request in the queue that waits for cells. */
  #lacksCells: PromptRun | undefined;

  constructor(engine: NativeEngine, options: RunnerOptions) {
    this.options = options;
    this.#engine = engine;
    this.#pool = new SequencePool(engine, options);
    this.#shareMin = options.shareMin ?? 64;
    this.#grants = new Grants(engine, this.#pool, options.sliceTokens ?? 256, {
      changed: () => this.#pass(),
      parked: (run) => {
        this.#line.add(run);
        this.#pass();
      },
      failed: (run, error) => this.#abandon(run, error),
    });
  }

  /**
   * Runs one prompt and returns all its tokens; `onEvent` gets them as they come. Throws `context.overflow`,
   * `pool.overflow`, `model.capability` and `queue.full` before anything is computed, and `engine.failed`,
   * `engine.closed` and `grammar.invalid` later. An aborted `signal` gives a result with reason `cancelled`.
   */
  async run(request: RunRequest, onEvent: (event: RunEvent) => void, signal: AbortSignal): Promise<RunResult> {
    if (this.#closed) throw closedError();
    if (this.options.refusal !== undefined) throw new CodedError('model.capability', this.options.refusal);
    if (this.#pool.broken !== undefined)
      throw new CodedError('engine.failed', 'The engine has lost count of its memory: load the model again.', {
        cause: this.#pool.broken,
      });
    const generateMax = generateLimit(request.prompt.length, request.maxTokens, {
      contextTokens: this.options.contextTokens,
      cells: this.#engine.info.cells,
    });
    const run = new PromptRun(request, onEvent, { order: ++this.#orderLast, generateMax });
    const onAbort = (): void => this.#cancel(run);
    this.#open.add(run.finished);
    this.#line.add(run);
    // Do not send `queued` to a request we are about to refuse: a streaming client would already have its 200.
    if (this.#line.size > this.options.queueMax) run.aheadTold = this.#line.ahead(run);
    if (signal.aborted) this.#cancel(run);
    else signal.addEventListener('abort', onAbort, { once: true });
    this.#pass();
    if (run.state === 'waiting' && this.#line.size > this.options.queueMax) this.#refuse(run);
    try {
      return await run.finished;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#open.delete(run.finished);
    }
  }

  /** Tokens of a prompt that the pool or its shelf holds now. */
  cached(prompt: Int32Array): number {
    return this.#pool.search(prompt, priorities.agent, 'rewound').best?.common ?? 0;
  }

  stats(): RunnerStats {
    const parked = [...this.#admitted].filter((run) => run.parked).length;
    return {
      running: this.#admitted.size - parked,
      waiting: this.#line.size,
      cellsUsed: this.#pool.ledger.used,
      cellsTotal: this.#pool.ledger.capacity,
      sequencesResident: this.#pool.index.size,
      totals: this.#totals,
      parked: this.#grants.parkedCount,
      evictedTokens: this.#pool.evictedTokens,
      shelf: { used: this.#pool.shelf?.bytes ?? 0, total: this.#pool.shelf?.limitBytes ?? 0 },
    };
  }

  /** The idle sequences in the pool and how many tokens each holds. */
  residents(): { readonly sequence: number; readonly tokens: number }[] {
    return this.#pool.index.idle().map(({ sequence, computed }) => ({ sequence, tokens: computed }));
  }

  /** Cancels all requests and waits for their end. The engine stays open: its creator closes it. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#line.items()) {
      if (run.state !== 'waiting') continue;
      this.#line.remove(run);
      run.fail(closedError());
    }
    for (const run of this.#admitted) this.#cancel(run);
    await Promise.allSettled(this.#open);
  }

  /** Distributes cells and places: first to running requests, then to waiting ones. Called after every change. */
  #pass(): void {
    this.#passAgain = true;
    if (this.#passing) return;
    this.#passing = true;
    while (this.#passAgain) {
      this.#passAgain = false;
      const runs = [...this.#admitted].sort(
        (left, right) => left.priority - right.priority || left.order - right.order,
      );
      const short = this.#grants.raise(runs, this.#lacksCells);
      const first = short === undefined ? this.#admit() : undefined;
      // Less urgent runs may grow again once the waiting request has its cells.
      if (first !== this.#lacksCells) this.#passAgain = true;
      this.#lacksCells = first;
      const needy = short ?? first;
      if (needy !== undefined) this.#grants.parkOne(runs, needy);
    }
    this.#passing = false;
    for (const run of this.#line.items()) {
      const ahead = this.#line.ahead(run);
      if (run.state !== 'waiting' || ahead === run.aheadTold) continue;
      run.aheadTold = ahead;
      run.tell({ kind: 'queued', ahead });
    }
  }

  /** Starts waiting requests in order. Returns the first that lacks cells: none may overtake it. */
  #admit(): PromptRun | undefined {
    if (this.#closed) return undefined;
    for (const run of this.#line.items()) {
      if (run.state === 'ended') {
        this.#line.remove(run);
        continue;
      }
      if (run.state === 'parked') {
        if (!this.#grants.mayRestore(run)) continue;
        if (!this.#grants.restore(run, { alone: this.#active() === 0 })) return run;
        this.#line.remove(run);
        continue;
      }
      if (this.#running() >= this.options.parallel) return undefined;
      const search = this.#pool.search(run.request.prompt, run.priority, run.reuse);
      run.awaits =
        search.coming !== undefined && search.coming.common - (search.best?.common ?? 0) > this.#shareMin
          ? search.coming
          : undefined;
      // Parked runs keep their sequence numbers until they have resumed and ended.
      if (run.awaits !== undefined || !this.#pool.hasNumber) continue;
      const cells = run.request.prompt.length + this.#grants.first(run.generateMax);
      const placement = this.#pool.place({
        prompt: run.request.prompt,
        match: search.best,
        cells,
        generateMax: run.generateMax,
        priority: run.priority,
      });
      if (placement === undefined) return run;
      this.#line.remove(run);
      this.#admitted.add(run);
      run.place(placement.resident, placement.reused, search.unreachable);
      void this.#start(run, placement);
    }
    return undefined;
  }

  async #start(run: PromptRun, placement: Placement): Promise<void> {
    const { resident } = placement;
    try {
      const reused = await placement.ready;
      if (reused === undefined) {
        this.#sendBack(run, placement);
        return;
      }
      run.placed(reused, placement.reused);
      resident.markComputed(reused);
      if (run.cancelled || this.#closed) {
        this.#leave(run, reused);
        run.succeed(undefined);
      } else {
        run.start(this.#grants.first(run.generateMax), (native) =>
          this.#engine.start(native, (events) => this.#onEvents(run, events)),
        );
        run.tellPrefill(0);
      }
    } catch (error) {
      this.#admitted.delete(run);
      this.#pool.drop(resident);
      run.fail(toCodedError(error, 'engine.failed'));
    }
    this.#pass();
  }

  /** The engine could not rewind to the common prefix: the run is queued again and may reuse less. */
  #sendBack(run: PromptRun, { resident, reused }: Placement): void {
    this.#admitted.delete(run);
    this.#pool.drop(resident);
    run.sendBack(reused);
    if (run.cancelled) run.succeed(undefined);
    else this.#line.add(run);
    this.#pass();
  }

  #onEvents(run: PromptRun, events: readonly NativeEvent[]): void {
    this.options.pulse?.();
    for (const event of events) {
      switch (event.kind) {
        case 'progress':
          this.#computed(run, run.reused + event.computed);
          run.tellPrefill(event.computed);
          break;
        case 'tokens':
          run.resident?.tokens.push(event.tokens);
          if (run.generated === 0) run.tellPrefill(run.request.prompt.length - run.reused);
          run.take(event);
          this.#computed(run, run.request.prompt.length + run.generated - 1);
          if (run.wantsGrant(this.options.sliceTokens ?? 256)) this.#pass();
          break;
        case 'stalled':
          run.noteStalled();
          this.#pass();
          break;
        case 'done':
          this.#done(run, event);
          break;
      }
    }
    // Its receiver threw: drop the remaining tokens.
    if (run.state === 'ended' && run.resident !== undefined && run.nativeId !== undefined)
      this.#engine.cancel(run.nativeId);
  }

  /** Notes how many tokens are computed, and starts requests that waited for that prefix. */
  #computed(run: PromptRun, computed: number): void {
    const { resident } = run;
    if (resident === undefined || run.state === 'parked' || computed <= resident.computed) return;
    resident.markComputed(computed);
    if (this.#line.items().some(({ awaits }) => awaits?.resident === resident && awaits.common <= computed))
      this.#pass();
  }

  #done(run: PromptRun, done: NativeDone): void {
    // A grammar that cannot be followed does not harm the sequence.
    const failed = done.reason === 'failed' && done.code !== 'grammar.invalid';
    const sound = run.state !== 'ended' && !failed && run.state !== 'restoring';
    this.#leave(run, sound ? done.position : undefined);
    if (run.state === 'ended') this.#pass();
    else if (done.reason === 'failed')
      run.fail(
        toCodedError(
          Object.assign(new Error(done.message ?? 'The engine failed.'), { code: done.code }),
          'engine.failed',
        ),
      );
    else if (done.reason === 'cancelled' && this.#closed && !run.cancelled) run.fail(closedError());
    else run.succeed(done);
    const { reused, computed, generated } = this.#totals;
    const prompt = Math.max(0, Math.min(run.request.prompt.length, done.position) - run.reused);
    this.#totals = { reused: reused + run.reused, computed: computed + prompt, generated: generated + run.generated };
    this.#estimate.add(run.age / 1000);
    this.#pass();
  }

  /** Takes the run's sequence back and keeps its first `length` tokens. Undefined: its content is unknown. */
  #leave(run: PromptRun, length: number | undefined): void {
    this.#admitted.delete(run);
    this.#line.remove(run);
    const { parkedCopy } = run;
    const resident = run.leave();
    if (resident === undefined) return;
    if (length === undefined || this.options.reproducible === true) this.#pool.drop(resident);
    else if (run.state !== 'parked') this.#pool.rest(resident, length);
    else if (parkedCopy !== undefined && this.#pool.leaveCopy(resident, parkedCopy, length)) run.parkedCopy = undefined;
    this.#grants.forget(run);
  }

  #cancel(run: PromptRun): void {
    if (run.state === 'ended' || run.cancelled) return;
    run.cancelled = true;
    if (run.state === 'waiting') {
      this.#line.remove(run);
      run.succeed(undefined);
      this.#pass();
    } else if (run.nativeId !== undefined && run.state !== 'parking' && run.state !== 'restoring') {
      this.#engine.cancel(run.nativeId);
    }
  }

  /** Fails a run at once; its sequence is freed when the engine has ended the request. */
  #abandon(run: PromptRun, error: unknown): void {
    if (run.state === 'ended') return;
    run.fail(error);
    this.#line.remove(run);
    if (run.nativeId !== undefined) this.#engine.cancel(run.nativeId);
  }

  #refuse(run: PromptRun): void {
    this.#line.remove(run);
    const waiting = this.#line.size;
    run.fail(queueFull(waiting, this.options.queueMax, this.#estimate.seconds(waiting, this.options.parallel)));
  }

  /** Runs that count as parallel: a run that is parked, or stalled by its reader, does not. */
  #running(): number {
    if (this.options.reproducible === true) return this.#admitted.size;
    return [...this.#admitted].filter(
      (run) => run.state !== 'parked' && !(run.state === 'stalled' && run.waitsForReader),
    ).length;
  }

  /** Runs that hold cells. */
  #active(): number {
    return [...this.#admitted].filter((run) => run.state !== 'parked').length;
  }
}

function closedError(): CodedError {
  return new CodedError('engine.closed', 'The model is being unloaded.');
}
