/** Steps through sent messages. The draft at the time it starts counts as the newest entry. */
export class InputHistory {
  #entries: readonly string[] = [];
  #at: number | undefined;
  #draft = '';

  /** Oldest first. */
  setEntries(entries: readonly string[]): void {
    this.#entries = entries.filter((entry, at) => entry !== entries[at + 1]);
    if (this.#at !== undefined && this.#at >= this.#entries.length) this.#at = undefined;
  }

  /** True while the user steps through the history: the text in the box is then an entry, not a draft. */
  get walking(): boolean {
    return this.#at !== undefined;
  }

  /** The entry before the one shown. Undefined when there is none. */
  older(draft: string): string | undefined {
    const at = (this.#at ?? this.#entries.length) - 1;
    const entry = this.#entries[at];
    if (entry === undefined) return undefined;
    if (this.#at === undefined) this.#draft = draft;
    this.#at = at;
    return entry;
  }

  /** The entry after the one shown, and finally the draft. Undefined when not stepping. */
  newer(): string | undefined {
    if (this.#at === undefined) return undefined;
    const entry = this.#entries[this.#at + 1];
    this.#at = entry === undefined ? undefined : this.#at + 1;
    return entry ?? this.#draft;
  }

  stop(): void {
    this.#at = undefined;
  }
}
