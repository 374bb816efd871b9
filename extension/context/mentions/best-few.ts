/** Keeps the best few of many items, without sorting or holding all of them. */
export class BestFew<Item> {
  readonly #most: number;
  readonly #compare: (a: Item, b: Item) => number;
  #kept: Item[] = [];

  /** `compare` puts the better item first, as for `sort`. */
  constructor(most: number, compare: (a: Item, b: Item) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  add(item: Item): void {
    this.#kept.push(item);
    if (this.#kept.length >= 4 * this.#most) this.#kept = this.list();
  }

  /** The best, in order. */
  list(): Item[] {
    return this.#kept.sort(this.#compare).slice(0, this.#most);
  }
}
