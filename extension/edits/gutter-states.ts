import { hunksOfChange, type EditorChange } from './hunk-places.ts';
import type { Hunk } from './hunks.ts';
import type { PendingFile } from './pending-edits.ts';

/** States of a file that are remembered: as many as may come while a peek stays open. */
const statesMax = 16;
/** Of longer texts only the last one is. */
const longText = 200_000;

/**
 * The states that the editor's gutter may still be showing: its peek hands over changes as they were when it was opened,
 * and the lines have moved since. Owns: which state a peek shows.
 */
export class GutterStates {
  /** By URI, the youngest last. */
  readonly #states = new Map<string, readonly PendingFile[]>();

  /** These are the pending files now. */
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
   * The hunks of the change at `at`, and the state they are of: one with just these changes; else one whose hunks are all
   * among them, since what the user has just typed may be there too; else one that has them all, since the gutter can be
   * told to leave out hunks of blanks. Of several the youngest; undefined: none, or the change is the user's.
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
