/** Enough for hundreds of tools; a tenth of a second where all of it is used. */
const requestWork = 150_000;

/**
 * How much work the schemas of a request may still make: keywords, values and properties that are looked at. Counted,
 * so that the same schemas always give the same grammar. When it is spent, schemas are put together no further and the
 * grammar admits more.
 */
export class SchemaWork {
  #left: number;

  constructor(amount = requestWork) {
    this.#left = amount;
  }

  /** Takes that much; false when it was not left, and from then on. */
  take(amount: number): boolean {
    this.#left -= amount;
    return this.#left >= 0;
  }

  get isSpent(): boolean {
    return this.#left < 0;
  }
}
