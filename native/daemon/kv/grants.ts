import type { NativeEngine } from '../../addon/contract.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import type { PromptRun } from './prompt-run.ts';
import type { SequencePool } from './sequence-pool.ts';

/** Callbacks of `Grants`. */
export interface GrantEvents {
  /** Cells became free or a run changed its state: more may be possible now. */
  changed(): void;
  /** The run was parked: it has to wait in the queue again. */
  parked(run: PromptRun): void;
  /** The run cannot continue. */
  failed(run: PromptRun, error: unknown): void;
}

/** While other runs are active, a parked run comes back only when there are cells for this many slices. */
const restoreSlices = 4;

/**
 * Gives cells to running requests, one slice at a time. When no run can continue, the youngest stalled one is parked:
 * its KV is saved and its cells go to the others. It continues later from the same token; its sampler stays in the
 * engine meanwhile.
 */
export class Grants {
  /** Number of times that a run was parked. */
  parkedCount = 0;
  readonly #engine: NativeEngine;
  readonly #pool: SequencePool;
  readonly #slice: number;
  readonly #events: GrantEvents;

  /** `slice`: tokens granted at a time. */
  constructor(engine: NativeEngine, pool: SequencePool, slice: number, events: GrantEvents) {
    this.#engine = engine;
    this.#pool = pool;
    this.#slice = slice;
    this.#events = events;
  }

  /** Tokens of a run's first grant. */
  first(generateMax: number): number {
    return Math.min(this.#slice, generateMax);
  }

  /**
   * Raises the grants of `runs`, in this order. Skips runs that are less urgent than `first`, a waiting run that lacks
   * cells. Returns the first run that did not get the cells it needs.
   */
  raise(runs: readonly PromptRun[], first: PromptRun | undefined): PromptRun | undefined {
    let short: PromptRun | undefined;
    for (const run of runs) {
      if (first !== undefined && run.priority > first.priority) break;
      if (!run.wantsGrant(this.#slice) || !this.#readerIsReady(run)) continue;
      const wanted = Math.min(this.#slice, run.generateMax - run.granted);
      const available = short === undefined ? this.#pool.available() : 0;
      // A running run gets whole slices only; a stalled run takes any free cells.
      const partial = run.state === 'stalled' ? available : 0;
      const cells = available >= wanted ? wanted : partial;
      const { resident, nativeId } = run;
      if (cells === 0 || resident === undefined || nativeId === undefined || !this.#pool.grow(resident, cells)) {
        short ??= run;
        continue;
      }
      run.grant(cells);
      this.#engine.extend(nativeId, cells);
    }
    return short;
  }

  /**
   * Parks one stalled run of `runs` to free cells for `needy`: preferably one with a slow reader, else a less urgent
   * one. When `needy` is stalled too and nothing moves, any stalled run except `needy` may be parked.
   */
  parkOne(runs: readonly PromptRun[], needy: PromptRun): void {
    if (needy.state === 'running' || runs.some((run) => run.state === 'parking')) return;
    const standing = runs.filter((run) => run !== needy && run.state === 'stalled');
    const reading = standing.filter((run) => run.waitsForReader);
    const victims = reading.length > 0 ? reading : standing.filter((run) => run.priority > needy.priority);
    if (victims.length > 0) this.#parkYoungest(victims);
    // A run that waits in the queue must not displace an equally urgent one that has begun.
    else if (needy.state === 'stalled' && !runs.some((run) => isMoving(run))) this.#parkYoungest(standing);
  }

  /** Whether a parked run may be restored now: it is not cancelled and its reader has room. */
  mayRestore(run: PromptRun): boolean {
    return !run.cancelled && this.#readerIsReady(run);
  }

  /** Starts restoring a parked run. Returns false when there are too few cells. `alone`: no other run is active. */
  restore(run: PromptRun, options: { readonly alone: boolean }): boolean {
    const { resident, parkedCopy, nativeId } = run;
    if (resident === undefined || parkedCopy === undefined || nativeId === undefined) return false;
    const left = run.generateMax - run.granted;
    const grant = Math.min(left, this.#slice);
    const wanted = options.alone ? grant : Math.min(left, this.#slice * restoreSlices);
    const length = run.stalledLength;
    const room = this.#pool.available() - length;
    // Alone it can use the whole pool, which is large enough for all it may still generate.
    const cells = options.alone ? Math.min(wanted, room) : wanted;
    if (cells <= 0 || !this.#pool.reserve(resident, length + cells)) return false;
    run.beginRestoring();
    const restored = this.#engine.unshelve(parkedCopy, resident.sequence, 0, -1);
    this.forget(run);
    restored.then(
      (isRestored) => {
        if (run.state !== 'restoring') return;
        if (!isRestored) {
          this.#events.failed(
            run,
            new CodedError('engine.failed', 'The context of a parked request did not fit back into the KV pool.'),
          );
          return;
        }
        resident.markComputed(length);
        run.grant(cells);
        if (run.cancelled) this.#engine.cancel(nativeId);
        else this.#engine.extend(nativeId, cells);
        this.#events.changed();
      },
      (error: unknown) => this.#events.failed(run, toCodedError(error, 'engine.failed')),
    );
    return true;
  }

  /** Frees the saved copy of a parked run. */
  forget(run: PromptRun): void {
    if (run.parkedCopy === undefined) return;
    this.#engine.dropShelved(run.parkedCopy);
    run.parkedCopy = undefined;
  }

  #parkYoungest(runs: readonly PromptRun[]): void {
    const victim = runs.reduce<PromptRun | undefined>(
      (youngest, run) => (youngest === undefined || isYounger(run, youngest) ? run : youngest),
      undefined,
    );
    if (victim !== undefined) void this.#park(victim);
  }

  async #park(run: PromptRun): Promise<void> {
    const { resident } = run;
    if (resident === undefined) return;
    run.beginParking();
    try {
      const copy = this.#engine.shelve(resident.sequence, 0, -1);
      run.parkedCopy = copy.id;
      await copy.bytes;
      if (run.state !== 'parking') return;
      if (run.cancelled) {
        run.abandonParking();
        this.forget(run);
        if (run.nativeId !== undefined) this.#engine.cancel(run.nativeId);
        return;
      }
      run.endParking();
      this.parkedCount++;
      this.#pool.empty(resident);
      this.#events.parked(run);
    } catch (error) {
      this.#events.failed(run, toCodedError(error, 'engine.failed'));
    }
  }

  #readerIsReady(run: PromptRun): boolean {
    return run.readerIsReady((error) => {
      if (error === undefined) this.#events.changed();
      else if (run.state !== 'ended') this.#events.failed(run, error);
    });
  }
}

/** Whether the run is making progress, so that it may free cells without being parked. */
function isMoving(run: PromptRun): boolean {
  return run.state === 'placing' || run.state === 'running' || run.state === 'parking' || run.state === 'restoring';
}

function isYounger(left: PromptRun, right: PromptRun): boolean {
  return left.priority !== right.priority ? left.priority > right.priority : left.order > right.order;
}
