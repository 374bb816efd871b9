import { reasonOf } from '../../protocol/coded-error.ts';
import type { NativeEngine } from '../../addon/contract.ts';
import { commonPrefix } from './token-log.ts';

export interface ShelfOptions {
  readonly limitBytes: number;
  /** Called when a copy could not be made or restored, so that its tokens are computed again. */
  readonly note?: (text: string) => void;
}

/** Consecutive copies of one sequence, and its tokens from the first to the end of the last copy. */
interface Tail {
  path: Int32Array;
  readonly from: number;
  readonly blocks: Block[];
  usedAt: number;
  /** True if the pool holds all of it too, so that it is dropped first. */
  spare: boolean;
}

interface Block {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  bytes: number;
}

/** Contribution of one tail to a prompt: positions [from, to). */
export interface ShelfPart {
  readonly tail: Tail;
  readonly from: number;
  readonly to: number;
}

/** Tokens in one copy. Restoring a part reads the whole copy, and whole copies are dropped when memory is short. */
const blockTokens = 512;
/** Limit because every search compares with every tail; the pool has no more sequences either. */
const tailsMax = 256;
/** Bytes of a token beside its KV: position and owner in the copy, its id in the path. */
const tokenOverhead = 16;

/**
 * Copies in RAM of the ends of idle sequences; of whole sequences where the memory cannot be cut. They are found by
 * their tokens, whatever sequence they came from. A copy stays after it was restored, so that next time only new tokens
 * are copied.
 * Owns: the copies and their bytes. Does not own: cells and sequences (SequencePool).
 */
export class IdleShelf {
  /** Tokens dropped because of the limit or because their copy failed. */
  forgottenTokens = 0;
  readonly limitBytes: number;
  readonly #engine: Pick<NativeEngine, 'shelve' | 'unshelve' | 'dropShelved'>;
  readonly #note: (text: string) => void;
  readonly #rewindable: boolean;
  readonly #poolCells: number;
  readonly #tails = new Set<Tail>();
  #held: ReadonlySet<Tail> = new Set();
  #tokenBytes: number;
  #bytes = 0;
  #clock = 0;

  /** Without `rewindable` memory every copy is of a whole sequence and can be continued from its end only. */
  constructor(
    engine: Pick<NativeEngine, 'info' | 'shelve' | 'unshelve' | 'dropShelved'>,
    options: ShelfOptions & { readonly rewindable: boolean },
  ) {
    this.#engine = engine;
    this.#rewindable = options.rewindable;
    this.#note = options.note ?? (() => undefined);
    this.#poolCells = engine.info.cells;
    this.#tokenBytes = engine.info.kvBytes / engine.info.cells + tokenOverhead;
    this.limitBytes = options.limitBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Whether `tokens` more can be shelved without dropping tokens that a pool without a shelf would still hold. That
   * pool could hold at most as many idle tokens as it has cells.
   */
  fits(tokens: number): boolean {
    let spare = 0;
    let known = 0;
    for (const tail of this.#tails) {
      if (tail.spare) spare += bytesOf(tail);
      else known += tail.path.length - tail.from;
    }
    const older = Math.max(0, known - this.#poolCells) * this.#tokenBytes;
    return tokens * this.#tokenBytes <= this.limitBytes - this.#bytes + spare + older;
  }

  /** Copies that continue a prompt after its first `from` tokens, in order, at most up to token `limit`. */
  search(prompt: Int32Array, from: number, limit: number): readonly ShelfPart[] {
    const candidates = [...this.#tails].map((tail) => ({
      tail,
      common: Math.min(commonPrefix(tail.path, prompt), limit),
    }));
    if (!this.#rewindable) {
      const usable = candidates.filter(({ tail, common }) => common === tail.path.length && common > from);
      const best = usable.reduce<(typeof usable)[number] | undefined>(
        (most, candidate) => (candidate.common > (most?.common ?? 0) ? candidate : most),
        undefined,
      );
      return best === undefined ? [] : [{ tail: best.tail, from: 0, to: best.common }];
    }
    const parts: ShelfPart[] = [];
    for (let at = from; ;) {
      let best: (typeof candidates)[number] | undefined;
      for (const candidate of candidates) {
        if (candidate.tail.from <= at && candidate.common > (best?.common ?? at)) best = candidate;
      }
      if (best === undefined) return parts;
      parts.push({ tail: best.tail, from: at, to: best.common });
      at = best.common;
    }
  }

  /** Keeps these parts from being dropped until the next call. */
  hold(parts: readonly ShelfPart[]): void {
    this.#held = new Set(parts.map(({ tail }) => tail));
  }

  /**
   * Copies the tokens of a sequence from position `from` to its end; `path` is all of its tokens and is kept. Tokens
   * that are here already are not copied again. The caller may remove them from the sequence right afterwards. Tokens
   * at the end are forgotten if there is no room for them. `from` is 0 where copies are of whole sequences.
   */
  put(sequence: number, path: Int32Array, from: number): void {
    const known = this.search(path, from, path.length);
    this.#use(known, false);
    const last = !this.#rewindable && known.at(-1)?.to !== path.length ? undefined : known.at(-1);
    let at = last?.to ?? from;
    if (at === path.length) return;
    const before = this.#held;
    let tail = last?.tail;
    if (tail === undefined || tail.path.length !== at) {
      tail = { path: path.subarray(0, at), from: at, blocks: [], usedAt: 0, spare: false };
      this.#tails.add(tail);
      this.#bytes += bytesOfPath(tail);
    }
    // In addition to what the caller is about to restore.
    this.#held = new Set([...before, ...known.map((part) => part.tail), tail]);
    tail.usedAt = ++this.#clock;
    while (at < path.length) {
      const to = this.#rewindable ? Math.min(at + blockTokens, path.length) : path.length;
      if (!this.#makeRoom((to - at) * this.#tokenBytes)) break;
      this.#copy(sequence, tail, path.subarray(0, to));
      at = to;
    }
    this.#held = before;
    if (tail.blocks.length === 0) this.#remove(tail);
    this.forgottenTokens += path.length - at;
  }

  /** Takes over the engine's copy of a whole sequence with the tokens `path`. Returns false when there is no room. */
  adopt(copy: number, path: Int32Array): boolean {
    const block: Block = { id: copy, from: 0, to: path.length, bytes: Math.ceil(path.length * this.#tokenBytes) };
    const tail: Tail = { path, from: 0, blocks: [block], usedAt: ++this.#clock, spare: false };
    if (!this.#makeRoom(bytesOf(tail))) return false;
    this.#tails.add(tail);
    this.#bytes += bytesOf(tail);
    return true;
  }

  /** The most free cells that `take` needs at any moment: the engine reads whole copies even where a part is wanted. */
  cellsToTake(parts: readonly ShelfPart[]): number {
    let restored = 0;
    let most = 0;
    for (const { tail, from, to } of parts) {
      for (const block of tail.blocks) {
        if (block.to <= from || block.from >= to) continue;
        most = Math.max(most, restored + blockLength(block));
        restored += Math.min(block.to, to) - Math.max(block.from, from);
      }
    }
    return most;
  }

  /** Restores parts at the end of a sequence. Returns its new length: shorter if a part did not fit. */
  async take(parts: readonly ShelfPart[], sequence: number): Promise<number> {
    const restored: { readonly to: number; readonly done: Promise<boolean> }[] = [];
    const failed = (error: unknown): boolean => {
      this.#note(`Saved context could not be brought back: ${reasonOf(error)}`);
      return false;
    };
    for (const { tail, from, to } of parts) {
      for (const block of tail.blocks) {
        if (block.to <= from || block.from >= to) continue;
        const end = Math.min(block.to, to);
        restored.push({
          to: end,
          done: this.#engine.unshelve(block.id, sequence, Math.max(block.from, from), end).catch(failed),
        });
      }
    }
    this.#use(parts, true);
    let at = parts[0]?.from ?? 0;
    const done = await Promise.all(restored.map((part) => part.done));
    for (const [index, part] of restored.entries()) {
      if (done[index] !== true) {
        this.#use(parts, false);
        const end = parts.at(-1)?.to ?? at;
        this.#note(`Saved context did not fit back into the KV pool: tokens ${at} to ${end} are computed again.`);
        break;
      }
      at = part.to;
    }
    return at;
  }

  /** Marks the first part as used last, so that it is dropped last: without it the following ones are of no use. */
  #use(parts: readonly ShelfPart[], inPool: boolean): void {
    for (const { tail, to } of parts.toReversed()) {
      tail.usedAt = ++this.#clock;
      tail.spare = inPool && to === tail.path.length;
    }
  }

  #copy(sequence: number, tail: Tail, path: Int32Array): void {
    const from = tail.path.length;
    const { id, bytes } = this.#engine.shelve(sequence, from, path.length);
    const block: Block = { id, from, to: path.length, bytes: Math.ceil((path.length - from) * this.#tokenBytes) };
    this.#bytes += block.bytes + (path.length - from) * 4;
    tail.path = path;
    tail.blocks.push(block);
    bytes.then(
      (exact) => {
        // A recurrent state has the same size for few tokens as for many.
        if (this.#rewindable) this.#tokenBytes = exact / (block.to - block.from);
        if (!tail.blocks.includes(block)) return;
        this.#bytes += exact - block.bytes;
        block.bytes = exact;
        this.#makeRoom(0);
      },
      (error: unknown) => {
        if (!tail.blocks.includes(block)) return;
        this.forgottenTokens += tail.path.length - block.from;
        while (tail.blocks.includes(block)) this.#shorten(tail);
        this.#note(`Context could not be saved: ${reasonOf(error)}`);
      },
    );
  }

  #makeRoom(bytes: number): boolean {
    while (this.#bytes + bytes > this.limitBytes || this.#tails.size > tailsMax) {
      let victim: Tail | undefined;
      for (const tail of this.#tails) {
        if (this.#held.has(tail)) continue;
        if (victim === undefined || (tail.spare === victim.spare ? tail.usedAt < victim.usedAt : tail.spare))
          victim = tail;
      }
      if (victim === undefined) return false;
      if (!victim.spare) this.forgottenTokens += blockLength(victim.blocks.at(-1));
      this.#shorten(victim);
    }
    return true;
  }

  /** Drops the last copy of a tail. */
  #shorten(tail: Tail): void {
    const block = tail.blocks.pop();
    if (block === undefined) return;
    this.#engine.dropShelved(block.id);
    this.#bytes -= block.bytes + (tail.path.length - block.from) * 4;
    tail.path = tail.path.subarray(0, block.from);
    if (tail.blocks.length === 0) this.#remove(tail);
  }

  #remove(tail: Tail): void {
    if (this.#tails.delete(tail)) this.#bytes -= bytesOfPath(tail);
  }
}

function blockLength(block: Block | undefined): number {
  return block === undefined ? 0 : block.to - block.from;
}

function bytesOfPath(tail: Tail): number {
  return tail.path.length * 4;
}

function bytesOf(tail: Tail): number {
  return tail.blocks.reduce((sum, block) => sum + block.bytes, bytesOfPath(tail));
}
