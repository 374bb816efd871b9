type Numbers = Int32Array | Float32Array | Uint8Array;

/** Numbers that are appended one by one, outside of the garbage collector's heap. */
export class Column<Kind extends Numbers> {
  readonly #make: (length: number) => Kind;
  #numbers: Kind;
  #length = 0;

  constructor(make: (length: number) => Kind) {
    this.#make = make;
    this.#numbers = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = this.#make(2 * this.#length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = value;
  }

  /** The numbers so far, in an array of their own. */
  done(): Kind {
    return this.#numbers.slice(0, this.#length) as Kind;
  }
}

export function integers(): Column<Int32Array> {
  return new Column((length) => new Int32Array(length));
}

export function weights(): Column<Float32Array> {
  return new Column((length) => new Float32Array(length));
}

export function bytes(): Column<Uint8Array> {
  return new Column((length) => new Uint8Array(length));
}

/** Lists of row numbers by key: for each key the rows that have it, in their order. Two arrays in all. */
export class Groups {
  readonly #starts: Int32Array;
  readonly #rows: Int32Array;

  /** `keys`: the key of each row, from 0 to `count` - 1. */
  constructor(keys: Int32Array, count: number) {
    this.#starts = new Int32Array(count + 1);
    for (const key of keys) this.#starts[key + 1] = (this.#starts[key + 1] as number) + 1;
    for (let key = 0; key < count; key++)
      this.#starts[key + 1] = (this.#starts[key + 1] as number) + (this.#starts[key] as number);
    this.#rows = new Int32Array(keys.length);
    const next = this.#starts.slice();
    for (let row = 0; row < keys.length; row++) {
      const key = keys[row] as number;
      this.#rows[next[key] as number] = row;
      next[key] = (next[key] as number) + 1;
    }
  }

  /** The rows with that key, none for a key beyond the count: a view, not a copy. */
  of(key: number): Int32Array {
    if (key + 1 >= this.#starts.length) return this.#rows.subarray(0, 0);
    return this.#rows.subarray(this.#starts[key], this.#starts[key + 1]);
  }
}
