import type { Item } from './item.ts';

/** Remembers which of a conversation's files the user has kept or undone outside the panel, e.g. hunk by hunk. */
export class DecidedFiles {
  #pending: ReadonlySet<string> = new Set();
  readonly #decided = new Set<string>();

  /** Takes the paths pending now. Returns the turns with no pending file left, if all their files were pending once. */
  update(items: readonly Item[], pending: readonly string[]): number[] {
    const now = new Set(pending);
    for (const path of this.#pending) if (!now.has(path)) this.#decided.add(path);
    for (const path of now) this.#decided.delete(path);
    this.#pending = now;
    return items.flatMap((item) =>
      item.kind === 'turnEnd' &&
      item.state === 'pending' &&
      item.files.length > 0 &&
      item.files.every((file) => this.#decided.has(file.path))
        ? [item.turn]
        : [],
    );
  }

  /** Begins again for another conversation. */
  clear(): void {
    this.#pending = new Set();
    this.#decided.clear();
  }
}
