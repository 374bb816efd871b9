import type { NativeEngine } from '../../addon/contract.ts';
import { CellLedger } from './cell-ledger.ts';
import { IdleShelf } from './idle-shelf.ts';
import type { ShelfOptions, ShelfPart } from './idle-shelf.ts';
import { PrefixIndex } from './prefix-index.ts';
import type { PrefixMatch, Reuse } from './prefix-index.ts';
import { Resident } from './resident.ts';

/** Computed part of a prompt: a prefix held by a sequence in the pool, and copies that continue it. */
interface PoolMatch {
  readonly resident: Resident | undefined;
  readonly held: number; // tokens of `resident`
  readonly shelved: readonly ShelfPart[];
  readonly common: number; // tokens in all
}

export interface PoolSearch {
  readonly best: PoolMatch | undefined;
  /** As in PrefixSearch. */
  readonly coming: PrefixMatch | undefined;
  /** Tokens shared with a sequence that cannot be rewound to them; 0: none. */
  readonly unreachable: number;
}

export interface PlaceRequest {
  readonly prompt: Int32Array;
  readonly match: PoolMatch | undefined;
  readonly cells: number; // for the whole prompt and the first tokens of the answer
  readonly generateMax: number;
  readonly priority: number;
}

export interface Placement {
  readonly resident: Resident;
  /** Tokens of the prompt that need no computing unless a copy fails. */
  readonly reused: number;
  /**
   * Tokens of the prompt that the sequence really holds: fewer than `reused` when a copy did not fit back. Undefined:
   * the engine could not rewind to `reused`; the caller drops the sequence.
   */
  readonly ready: Promise<number | undefined>;
}

/** An idle sequence is shortened by at least this many cells at a time. */
const trimCells = 256;
/** An idle sequence is dropped when fewer cells would be left. */
const keepCells = 64;
/**
 * Idle cells slow every run down: attention is computed over all cells up to the highest in use, masked ones too.
 * Moving an idle cell to the shelf and back takes as long as it delays 15 to 50 prompt tokens (nano on the CPU), or
 * about four times as many generated ones. So idle cells are shelved for a run of at least `shelveFromTokens` prompt
 * tokens, with generated tokens counted at `generatedShare`, when there are at least `shelveFromCells` of them.
 */
const shelveFromTokens = 64;
const generatedShare = 1 / 4;
const generatedLikely = 512;
const shelveFromCells = 256;
/** Computing fewer tokens than this is faster than restoring a copy of several hundred. */
const unshelveFromTokens = 16;

/**
 * The KV pool: its sequences, their tokens, and the removal of idle ones to make room.
 * Owns: every cell and sequence number of the engine. Does not own: requests. Commands go to the engine in the order of
 * the ledger's changes, so that both always agree; cells are counted from the moment they are promised.
 */
export class SequencePool {
  readonly index = new PrefixIndex();
  readonly ledger: CellLedger;
  /** Keeps the ends of idle sequences, or whole ones where memory cannot be cut; undefined: they are forgotten. */
  readonly shelf: IdleShelf | undefined;
  /** The error of the first command that must not fail but did; the pool cannot be trusted after it. */
  broken: unknown;
  readonly #engine: NativeEngine;
  readonly #rewindable: boolean;
  readonly #windowed: boolean;
  readonly #free: number[];
  #evictedTokens = 0;

  constructor(
    engine: NativeEngine,
    options: { readonly rewindable: boolean; readonly slidingWindow?: number; readonly shelf?: ShelfOptions },
  ) {
    this.#engine = engine;
    this.#rewindable = options.rewindable;
    this.#windowed = (options.slidingWindow ?? 0) > 0;
    this.ledger = new CellLedger(engine.info.cells);
    this.shelf =
      options.shelf === undefined
        ? undefined
        : new IdleShelf(engine, { ...options.shelf, rewindable: options.rewindable });
    this.#free = Array.from({ length: engine.info.sequencesMax }, (_, at) => engine.info.sequencesMax - 1 - at);
  }

  /** Tokens that were computed and have been forgotten. */
  get evictedTokens(): number {
    return this.#evictedTokens + (this.shelf?.forgottenTokens ?? 0);
  }

  /** Finds the parts of `prompt` in the pool and on the shelf. `reuse` matters only where memory is not rewindable. */
  search(prompt: Int32Array, priority: number, reuse: Reuse): PoolSearch {
    if (!this.#rewindable) {
      // A recurrent state cannot be cut, nor copied while a run changes it; a sliding window may still hold enough.
      const { best, coming, longest } = this.index.searchIdle(
        prompt,
        priority,
        reuse === 'rewound' && !this.#windowed ? 'asIs' : reuse,
      );
      const shelved = reuse === 'none' ? [] : this.#searchShelf(prompt, best?.common ?? 0);
      const copy = shelved.at(-1);
      const match =
        best === undefined
          ? undefined
          : { resident: best.resident, held: best.common, shelved: [], common: best.common };
      const found = copy === undefined ? match : { resident: undefined, held: 0, shelved, common: copy.to };
      const common = found?.common ?? 0;
      return {
        best: found,
        coming: coming !== undefined && coming.common > common ? coming : undefined,
        unreachable: longest > common ? longest : 0,
      };
    }
    const { best, coming } = this.index.search(prompt, priority);
    const held = best?.common ?? 0;
    const shelved = this.#searchShelf(prompt, held);
    const common = shelved.at(-1)?.to ?? held;
    return {
      best: common === 0 ? undefined : { resident: best?.resident, held, shelved, common },
      coming: coming !== undefined && coming.common > common ? coming : undefined,
      unreachable: 0,
    };
  }

  #searchShelf(prompt: Int32Array, held: number): readonly ShelfPart[] {
    const found = this.shelf?.search(prompt, held, prompt.length - 1) ?? [];
    return (found.at(-1)?.to ?? held) - held < unshelveFromTokens ? [] : found;
  }

  /** Gives a prompt a sequence and cells, taken from idle sequences if needed. Undefined when there is no room now. */
  place(request: PlaceRequest): Placement | undefined {
    this.shelf?.hold(request.match?.shelved ?? []);
    const placement = this.#place(request);
    this.shelf?.hold([]);
    return placement;
  }

  #place(request: PlaceRequest): Placement | undefined {
    const { match, cells } = request;
    const source = match?.resident;
    const common = match?.held ?? 0;
    const isAsIs = source !== undefined && source.tokens.length === common;
    // Until the engine has cut the sequence, reserve room for the whole prompt and for all the sequence holds now.
    const isUncertain = source !== undefined && !this.#rewindable && !isAsIs;
    const room = isUncertain ? Math.max(cells, source.tokens.length) : cells;
    const kept = source === undefined || isUncertain ? undefined : { sequence: source.sequence, length: common };
    if (this.#held(kept) + room - (kept?.length ?? 0) > this.ledger.capacity) return undefined;
    if (source === undefined) {
      const resident = this.#create(undefined);
      return resident === undefined ? undefined : this.#settleIn(resident, request, room, Promise.resolve(true));
    }
    // Copy a recurrent state instead of continuing it, so that later prompts can start from it too.
    const takesOver = source.writer === undefined && isAsIs && (this.#rewindable || this.#free.length === 0);
    const fallback = source.writer === undefined ? source : undefined;
    const target = takesOver ? source : (this.#create(source) ?? fallback);
    if (target === undefined) return undefined;
    const ready = target === source ? this.#cutTo(target, common) : this.#copy(source, target, common);
    return this.#settleIn(target, request, room, ready);
  }

  /** Whether one more run can get a sequence number. */
  get hasNumber(): boolean {
    return this.#free.length > 0 || this.index.idle().length > 0;
  }

  /** Cells that are free or held by idle sequences only. */
  available(): number {
    return this.ledger.capacity - this.#held(undefined);
  }

  /** Reserves cells for a sequence, taken from idle ones if needed. Returns false when there are too few. */
  grow(resident: Resident, cells: number): boolean {
    if (cells > this.available()) return false;
    this.#makeRoom(cells);
    this.ledger.grow(resident.sequence, cells);
    return true;
  }

  /** A run has ended: its sequence becomes idle and keeps its first `length` tokens for later prompts. */
  rest(resident: Resident, length: number): void {
    resident.writer = undefined;
    resident.cut(length);
    this.ledger.truncate(resident.sequence, length);
    if (length === 0) this.drop(resident);
    else this.index.touch(resident);
  }

  /** Empties a sequence and gives its number back. */
  drop(resident: Resident): void {
    this.empty(resident);
    this.#forget(resident);
  }

  /** Frees the cells of a parked run's sequence; the run keeps the sequence number. */
  empty(resident: Resident): void {
    this.index.remove(resident);
    resident.markComputed(0);
    this.ledger.truncate(resident.sequence, 0);
    this.#watch(this.#engine.removeSequence(resident.sequence, 0, -1));
  }

  /** Frees the number of an emptied sequence. Returns whether the shelf keeps `copy`, its first `length` tokens. */
  leaveCopy(resident: Resident, copy: number, length: number): boolean {
    this.drop(resident);
    const kept = this.shelf?.adopt(copy, resident.tokens.slice(0, length)) ?? false;
    if (!kept) this.#evictedTokens += length;
    return kept;
  }

  /** Reverses `empty`: reserves `cells` for the restored tokens and later ones. Returns false if too few. */
  reserve(resident: Resident, cells: number): boolean {
    if (!this.grow(resident, cells)) return false;
    this.index.add(resident);
    return true;
  }

  #held(beginning: { readonly sequence: number; readonly length: number } | undefined): number {
    return this.ledger.held(
      this.index.busy().map((resident) => resident.sequence),
      beginning,
    );
  }

  #settleIn(resident: Resident, request: PlaceRequest, room: number, cut: Promise<boolean>): Placement {
    const { prompt, cells, match } = request;
    const held = match?.held ?? 0;
    const reused = match?.common ?? 0;
    const shelved = match?.shelved ?? [];
    resident.writer = { priority: request.priority, endsWithPrompt: request.generateMax === 0 };
    if (prompt.length - reused + Math.min(request.generateMax, generatedLikely) * generatedShare >= shelveFromTokens)
      this.#shelveIdle();
    const passing = this.shelf?.cellsToTake(shelved) ?? 0;
    this.#makeRoom(passing <= this.available() ? Math.max(room - held, passing) : room - held);
    this.ledger.grow(resident.sequence, room - held);
    resident.tokens.truncate(held);
    resident.tokens.push(prompt.subarray(held));
    // Do not let others share the prefix before the engine has confirmed it.
    resident.markComputed(this.#rewindable ? held : 0);
    this.index.touch(resident);
    const restored = shelved.length === 0 ? Promise.resolve(held) : this.shelf?.take(shelved, resident.sequence);
    const ready = Promise.all([cut, restored]).then(([isCut, length]) => {
      if (!isCut) return undefined;
      this.ledger.truncate(resident.sequence, cells);
      return length;
    });
    return { resident, reused, ready };
  }

  /** Makes an empty sequence; when all numbers are taken, removes the cheapest idle one, but not `except`. */
  #create(except: Resident | undefined): Resident | undefined {
    if (this.#free.length === 0) {
      const idle = this.index.idle().filter((resident) => resident !== except);
      const victim = idle.find((resident) => this.ledger.exclusive(resident.sequence) === 0) ?? idle[0];
      if (victim === undefined) return undefined;
      this.#giveUp(victim);
    }
    const sequence = this.#free.pop();
    if (sequence === undefined) return undefined;
    const resident = new Resident(sequence);
    this.index.add(resident);
    return resident;
  }

  #copy(source: Resident, target: Resident, common: number): Promise<boolean> {
    target.tokens.push(source.tokens.slice(0, common));
    this.ledger.share(source.sequence, target.sequence, common);
    this.index.touch(source);
    return this.#engine.copySequence(source.sequence, target.sequence, 0, common);
  }

  #cutTo(target: Resident, common: number): Promise<boolean> {
    if (target.tokens.length === common) return Promise.resolve(true);
    this.#shelve(target, Math.max(common, target.computed - this.ledger.exclusive(target.sequence)));
    this.ledger.truncate(target.sequence, common);
    return this.#engine.removeSequence(target.sequence, common, -1);
  }

  /** Shortens or removes idle sequences from their end, least recently used first, until `cells` are free. */
  #makeRoom(cells: number): void {
    while (this.ledger.free < cells) {
      const idle = this.index.idle();
      const victim = idle.find((resident) => this.ledger.exclusive(resident.sequence) > 0) ?? idle[0];
      if (victim === undefined) return;
      const own = this.ledger.exclusive(victim.sequence);
      const kept = victim.computed - Math.min(own, Math.max(cells - this.ledger.free, trimCells));
      if (this.#rewindable && own > 0 && kept >= keepCells) this.#shorten(victim, kept);
      else this.#giveUp(victim);
    }
  }

  /** Moves cells that only idle sequences own to the shelf, as far as that drops nothing there. */
  #shelveIdle(): void {
    if (this.shelf === undefined) return;
    const busy = this.index.busy().map((resident) => resident.sequence);
    if (this.ledger.used - this.ledger.held(busy) < shelveFromCells) return;
    for (const resident of this.index.idle()) {
      const apart = this.ledger.apart(resident.sequence, busy);
      if (this.#rewindable) {
        if (apart > 0 && this.shelf.fits(apart)) this.#shorten(resident, resident.computed - apart);
      } else if (apart * 2 > resident.computed && this.shelf.fits(resident.computed)) this.#shorten(resident, 0);
    }
  }

  /** Shelves the tokens of an idle sequence after the first `length` and frees their cells. */
  #shorten(resident: Resident, length: number): void {
    this.#shelve(resident, length);
    if (length === 0) {
      this.drop(resident);
      return;
    }
    resident.cut(length);
    this.ledger.truncate(resident.sequence, length);
    this.#watch(this.#engine.removeSequence(resident.sequence, length, -1));
  }

  #giveUp(resident: Resident): void {
    this.#shelve(resident, resident.computed - this.ledger.exclusive(resident.sequence));
    this.drop(resident);
  }

  /** Copies the tokens from `from` on before they are removed; without a shelf they are forgotten. */
  #shelve(resident: Resident, from: number): void {
    if (this.shelf === undefined) this.#evictedTokens += resident.computed - from;
    else if (from < resident.computed)
      this.shelf.put(resident.sequence, resident.tokens.slice(0, resident.computed), this.#rewindable ? from : 0);
  }

  #forget(resident: Resident): void {
    this.index.remove(resident);
    this.#free.push(resident.sequence);
  }

  #watch(removed: Promise<boolean>): void {
    removed.then(
      (done) => {
        if (!done) this.broken ??= new Error('The engine did not free a sequence.');
      },
      (error: unknown) => {
        this.broken ??= error;
      },
    );
  }
}
