/** A growable array of token ids in one buffer. */
export class TokenLog {
  #ids: Int32Array;
  #length: number;

  constructor(ids: Int32Array = new Int32Array(0)) {
    this.#ids = ids.slice();
    this.#length = ids.length;
  }

  get length(): number {
    return this.#length;
  }

  push(ids: Int32Array): void {
    const length = this.#length + ids.length;
    if (length > this.#ids.length) {
      const wider = new Int32Array(Math.max(length, this.#ids.length * 2, 256));
      wider.set(this.#ids.subarray(0, this.#length));
      this.#ids = wider;
    }
    this.#ids.set(ids, this.#length);
    this.#length = length;
  }

  /** Keeps the first `length` ids. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** A copy of the ids [from, to). */
  slice(from: number, to: number): Int32Array {
    return this.#ids.slice(from, Math.min(to, this.#length));
  }

  /** Length of the longest common prefix with `other`. */
  commonPrefix(other: Int32Array): number {
    return commonPrefix(this.#ids.subarray(0, this.#length), other);
  }
}

const blockIds = 2048;

/**
 * Length of the longest common prefix. Compares whole blocks as memory, so that 128K equal ids cost about 0.1 ms, and
 * only the first block that differs id by id.
 */
export function commonPrefix(left: Int32Array, right: Int32Array): number {
  const end = Math.min(left.length, right.length);
  const leftBytes = Buffer.from(left.buffer, left.byteOffset, end * 4);
  const rightBytes = Buffer.from(right.buffer, right.byteOffset, end * 4);
  let at = 0;
  while (at < end) {
    const next = Math.min(at + blockIds, end);
    if (leftBytes.compare(rightBytes, at * 4, next * 4, at * 4, next * 4) !== 0) break;
    at = next;
  }
  while (at < end && left[at] === right[at]) at++;
  return at;
}
