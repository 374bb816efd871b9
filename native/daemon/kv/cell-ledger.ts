import { CodedError } from '../../protocol/coded-error.ts';

/** Cells in a row that the same sequences own. A sequence is the path from its last run to the first. */
interface Run {
  before: Run | undefined;
  length: number;
  /** Reference count: runs whose `before` is this run, plus sequences that end with this run. */
  uses: number;
}

/**
 * The exact number of KV cells in use. A cell can belong to several sequences and is free when the last of them drops
 * it. Sequences always hold positions 0 .. length-1, and only prefixes are shared, so the runs form a tree.
 * Owns: the counting. Does not own: the engine's sequences; the caller gives the engine the same commands.
 */
export class CellLedger {
  readonly capacity: number;
  readonly #last = new Map<number, Run>();
  #used = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  get used(): number {
    return this.#used;
  }

  get free(): number {
    return this.capacity - this.#used;
  }

  /** Cells of a sequence, including shared ones. */
  length(sequence: number): number {
    let length = 0;
    for (let run = this.#last.get(sequence); run !== undefined; run = run.before) length += run.length;
    return length;
  }

  /** Adds `cells` new cells at the end of a sequence. Throws when fewer are free: the caller makes room first. */
  grow(sequence: number, cells: number): void {
    if (cells > this.free)
      throw new CodedError('internal.failed', `The KV pool has ${this.free} free cells, not ${cells}.`);
    if (cells <= 0) return;
    this.#used += cells;
    const last = this.#last.get(sequence);
    if (last !== undefined && last.uses === 1) {
      last.length += cells;
      absorb(last);
      return;
    }
    // The reference to the old last run moves from the sequence to the new run, so its count stays the same.
    this.#last.set(sequence, { before: last, length: cells, uses: 1 });
  }

  /** Keeps the first `length` cells of a sequence. Frees the others unless another sequence owns them. */
  truncate(sequence: number, length: number): void {
    const last = this.#last.get(sequence);
    if (last === undefined || length >= this.length(sequence)) return;
    const kept = length <= 0 ? undefined : this.#cut(last, length);
    if (kept === undefined) this.#last.delete(sequence);
    else {
      kept.uses++;
      this.#last.set(sequence, kept);
    }
    this.#release(last);
    if (kept !== undefined) absorb(kept);
  }

  /** Lets `target`, which must be empty, own the first `length` cells of `source` too. Throws when it cannot. */
  share(source: number, target: number, length: number): void {
    const last = this.#last.get(source);
    if (this.#last.has(target)) throw new CodedError('internal.failed', `Sequence ${target} is not empty.`);
    if (last === undefined || length > this.length(source))
      throw new CodedError('internal.failed', `Sequence ${source} has no ${length} cells to share.`);
    if (length <= 0) return;
    const shared = this.#cut(last, length);
    shared.uses++;
    this.#last.set(target, shared);
  }

  /** Cells at the end of a sequence that no other sequence owns. */
  exclusive(sequence: number): number {
    let cells = 0;
    for (let run = this.#last.get(sequence); run !== undefined && run.uses === 1; run = run.before) cells += run.length;
    return cells;
  }

  /** Cells at the end of a sequence that none of `others` owns. */
  apart(sequence: number, others: Iterable<number>): number {
    const seen = new Set<Run>();
    for (const other of others)
      for (let run = this.#last.get(other); run !== undefined && !seen.has(run); run = run.before) seen.add(run);
    let cells = 0;
    for (let run = this.#last.get(sequence); run !== undefined && !seen.has(run); run = run.before) cells += run.length;
    return cells;
  }

  /** Cells owned by any of `sequences` or by the prefix `beginning` of one more, each counted once. */
  held(sequences: Iterable<number>, beginning?: { readonly sequence: number; readonly length: number }): number {
    const seen = new Set<Run>();
    let cells = 0;
    for (const sequence of sequences) {
      for (let run = this.#last.get(sequence); run !== undefined && !seen.has(run); run = run.before) {
        seen.add(run);
        cells += run.length;
      }
    }
    if (beginning === undefined) return cells;
    let start = this.length(beginning.sequence);
    for (let run = this.#last.get(beginning.sequence); run !== undefined && !seen.has(run); run = run.before) {
      start -= run.length;
      cells += Math.max(0, Math.min(run.length, beginning.length - start));
    }
    return cells;
  }

  /** The run that ends after the first `length` cells of the path to `last`. Splits a run that crosses that cell. */
  #cut(last: Run, length: number): Run {
    let end = 0;
    for (let run: Run | undefined = last; run !== undefined; run = run.before) end += run.length;
    let run = last;
    while (end - run.length >= length) {
      end -= run.length;
      if (run.before === undefined) break;
      run = run.before;
    }
    if (end === length) return run;
    const first: Run = { before: run.before, length: run.length - (end - length), uses: 1 };
    run.before = first;
    run.length = end - length;
    return first;
  }

  #release(last: Run): void {
    for (let run: Run | undefined = last; run !== undefined; run = run.before) {
      run.uses--;
      if (run.uses > 0) return;
      this.#used -= run.length;
    }
  }
}

/** Merges a run with the runs before it that nothing else refers to, so that paths stay short. */
function absorb(run: Run): void {
  while (run.before !== undefined && run.before.uses === 1) {
    run.length += run.before.length;
    run.before = run.before.before;
  }
}
