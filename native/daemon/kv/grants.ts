import type { NativeEngine } from '../../addon/contract.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import type { PromptRun } from './prompt-run.ts';
import type { SequencePool } from './sequence-pool.ts';

/** What the grants tell the runner around them. */
export interface GrantsHost {
  /** Something changed: a place, cells, or a run's state. */
  changed(): void;
  /** The run was parked and stands in line again. */
  parked(run: PromptRun): void;
  /** The run cannot go on. */
  failed(run: PromptRun, error: unknown): void;
}

/** A parked run comes back beside others only when it can go on for so many slices. */
const restoreSlices = 4;

/**
 * Cells for running requests, slice by slice. When nobody can go on, the youngest that stands still is parked: its KV is
 * saved, its cells go to the others, and it continues later where it was. Its sampler waits in the engine meanwhile.
 */
export class Grants {
  parkedCount = 0;
  readonly #engine: NativeEngine;
  readonly #pool: SequencePool;
  readonly #slice: number;
  readonly #host: GrantsHost;

  constructor(engine: NativeEngine, pool: SequencePool, slice: number, host: GrantsHost) {
    this.#engine = engine;
    this.#pool = pool;
    this.#slice = slice;
    this.#host = host;
  }

  first(generateMax: number): number {
    return Math.min(this.#slice, generateMax);
  }

  /**
   * Raises grants, in the given order, but not for those less urgent than `first`, who lacks cells. Returns the first run
   * that cannot get what it needs.
   */
  raise(runs: readonly PromptRun[], first: PromptRun | undefined): PromptRun | undefined {
    let short: PromptRun | undefined;
    for (const run of runs) {
      if (first !== undefined && run.priority > first.priority) break;
      if (!run.wantsGrant(this.#slice) || !this.#readerIsReady(run)) continue;
      const wanted = Math.min(this.#slice, run.generateMax - run.granted);
      const available = short === undefined ? this.#pool.available() : 0;
      // Ahead of a stall only whole slices; who stands still takes what there is.
      const cells = available >= wanted ? wanted : run.state === 'stalled' ? available : 0;
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
   * Parks one of `runs` for the sake of another, `needy`: one that stands still for its reader or is less urgent, or any
   * when all stand still.
   */
  parkOne(runs: readonly PromptRun[], needy: PromptRun): void {
    if (needy.state === 'running' || runs.some((run) => run.state === 'parking')) return;
    const standing = runs.filter((run) => run !== needy && run.state === 'stalled');
    const reading = standing.filter((run) => run.waitsForReader);
    const victims = reading.length > 0 ? reading : standing.filter((run) => run.priority > needy.priority);
    if (victims.length > 0) this.#parkYoungest(victims);
    // Only a run that needs cells itself may displace one that needs cells.
    else if (needy.state === 'stalled' && !runs.some((run) => isMoving(run))) this.#parkYoungest(standing);
  }

  /** Whether a parked run may come back at all now. */
  mayRestore(run: PromptRun): boolean {
    return !run.cancelled && this.#readerIsReady(run);
  }

  /** Brings a parked run back if there are cells for it. */
  restore(run: PromptRun, options: { readonly alone: boolean }): boolean {
    const { resident, parkedCopy, nativeId } = run;
    if (resident === undefined || parkedCopy === undefined || nativeId === undefined) return false;
    const left = run.generateMax - run.granted;
    const grant = Math.min(left, this.#slice);
    const wanted = options.alone ? grant : Math.min(left, this.#slice * restoreSlices);
    const length = run.stalledLength;
    const room = this.#pool.available() - length;
    // Alone it has the whole pool, which is enough for all it may still generate.
    const cells = options.alone ? Math.min(wanted, room) : wanted;
    if (cells <= 0 || !this.#pool.reserve(resident, length + cells)) return false;
    run.beginRestoring();
    const restored = this.#engine.unshelve(parkedCopy, resident.sequence, 0, -1);
    this.forget(run);
    restored.then(
      (isRestored) => {
        if (run.state !== 'restoring') return;
        if (!isRestored) {
          this.#host.failed(
            run,
            new CodedError('engine.failed', 'The context of a parked request did not fit back into the KV pool.'),
          );
          return;
        }
        resident.markComputed(length);
        run.grant(cells);
        if (run.cancelled) this.#engine.cancel(nativeId);
        else this.#engine.extend(nativeId, cells);
        this.#host.changed();
      },
      (error: unknown) => this.#host.failed(run, toCodedError(error, 'engine.failed')),
    );
    return true;
  }

  /** Gives back what a parked run's copy takes. */
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
      this.#host.parked(run);
    } catch (error) {
      this.#host.failed(run, toCodedError(error, 'engine.failed'));
    }
  }

  #readerIsReady(run: PromptRun): boolean {
    return run.readerIsReady((error) => {
      if (error === undefined) this.#host.changed();
      else if (run.state !== 'ended') this.#host.failed(run, error);
    });
  }
}

/** Whether it will free cells, or need fewer, without help. */
function isMoving(run: PromptRun): boolean {
  return run.state === 'placing' || run.state === 'running' || run.state === 'parking' || run.state === 'restoring';
}

function isYounger(left: PromptRun, right: PromptRun): boolean {
  return left.priority !== right.priority ? left.priority > right.priority : left.order > right.order;
}
