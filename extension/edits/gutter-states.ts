import { hunksOfChange, type EditorChange } from './hunk-places.ts';
import type { Hunk } from './hunks.ts';
import type { PendingFile } from './pending-edits.ts';

/** States kept per file: about as many as may come while a peek is open. */
const statesMax = 16;
/** Of longer texts only the last state is kept, in characters. */
const longText = 200_000;

/**
 * Earlier states of pending files. The peek of VS Code's gutter passes the changes as they were when it was opened, and
 * lines may have moved since. Owns: which state a peek shows.
 */
export class GutterStates {
  /** By URI, the newest last. */
  readonly #states = new Map<string, readonly PendingFile[]>();

  /** To be called with the pending files after every change. */
  note(files: readonly PendingFile[]): void {
    const left = new Map(files.map((file) => [file.uri, file]));
    for (const uri of this.#states.keys()) if (!left.has(uri)) this.#states.delete(uri);
    for (const [uri, file] of left) {
      const states = this.#states.get(uri) ?? [];
      const last = states.at(-1);
      if (last?.baseline === file.baseline && last?.current === file.current) continue;
      this.#states.set(uri, [...states, file].slice((file.current?.length ?? 0) > longText ? -1 : -statesMax));
    }
  }

  /**
   * The hunks of the change at index `at`, and the state they belong to: one with exactly these changes; else one whose
   * hunks are all among the changes, which may include new typing of the user; else one that has all changes, since a
   * setting hides white-space changes from the gutter. Of several the newest. Undefined if there is no such state or
   * the change is not a hunk.
   */
  find(
    uri: string,
    changes: readonly EditorChange[],
    at: number,
  ): { readonly shown: PendingFile; readonly hunks: readonly Hunk[] } | undefined {
    const change = changes[at];
    const states = (this.#states.get(uri) ?? []).map((shown) => ({
      shown,
      hunks: change === undefined ? [] : hunksOfChange(shown.hunks, change),
      hasHunks: new Set(changes.flatMap((one) => hunksOfChange(shown.hunks, one))).size === shown.hunks.length,
      hasChanges: changes.every((one) => hunksOfChange(shown.hunks, one).length > 0),
    }));
    const found =
      states.findLast((state) => state.hasHunks && state.hasChanges) ??
      states.findLast((state) => state.hasHunks) ??
      states.findLast((state) => state.hasChanges);
    return found === undefined || found.hunks.length === 0 ? undefined : { shown: found.shown, hunks: found.hunks };
  }
}
