import type { Item } from './item.ts';

/** Remembers which files of a conversation the user has decided on elsewhere, hunk by hunk or in the editor's lists. */
export class DecidedFiles {
  #pending: ReadonlySet<string> = new Set();
  readonly #decided = new Set<string>();

  /** Takes the files that are pending now; returns the turns of which nothing is, but was. */
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

  /** Another conversation. */
  clear(): void {
    this.#pending = new Set();
    this.#decided.clear();
  }
}
