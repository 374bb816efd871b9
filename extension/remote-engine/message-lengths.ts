/**
 * Tokens of each message of a conversation: estimates, until the engine tells the length of the whole. Owns: the
 * numbers. Does not own: the messages.
 */
export class MessageLengths {
  #tokens: number[];
  /** The first so many are as the engine counted them. */
  #counted: number;

  constructor(tokens: readonly number[] = [], counted = 0) {
    this.#tokens = [...tokens];
    this.#counted = counted;
  }

  get total(): number {
    return sum(this.#tokens);
  }

  at(index: number): number {
    return this.#tokens[index] ?? 0;
  }

  add(estimate: number): void {
    this.#tokens.push(estimate);
  }

  cut(length: number): void {
    this.#tokens.length = Math.min(length, this.#tokens.length);
    this.#counted = Math.min(this.#counted, length);
  }

  copy(length: number): MessageLengths {
    return new MessageLengths(this.#tokens.slice(0, length), Math.min(this.#counted, length));
  }

  /** The engine counted `prompt` tokens for all messages so far. The new ones share what was not counted before. */
  settle(prompt: number): void {
    const fresh = this.#tokens.slice(this.#counted);
    const estimated = sum(fresh);
    const known = sum(this.#tokens.slice(0, this.#counted));
    // Fewer than before: the engine's template leaves out earlier thoughts. The last of them was longer than it is now.
    const left = Math.max(0, prompt - known);
    for (const [at, tokens] of fresh.entries())
      this.#tokens[this.#counted + at] = estimated === 0 ? 0 : Math.round((left * tokens) / estimated);
    if (prompt < known && this.#counted > 0) {
      const last = this.#counted - 1;
      this.#tokens[last] = Math.max(0, this.at(last) - (known - prompt));
    }
    this.#counted = this.#tokens.length;
  }

  /** A message that the engine has written and counted. */
  addCounted(tokens: number): void {
    this.#tokens.push(tokens);
    this.#counted = this.#tokens.length;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
