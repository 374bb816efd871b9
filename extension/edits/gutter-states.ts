import { hunksOfChange, type EditorChange } from './hunk-places.ts';
import type { Hunk } from './hunks.ts';
import type { PendingFile } from './pending-edits.ts';

/** States of a file that are remembered: as many as may come while a peek stays open. */
const statesMax = 16;

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
      this.#states.set(uri, [...states, file].slice(-statesMax));
    }
  }

  /**
   * The youngest state that has these changes, and the hunks of the one at `at`; undefined: none has. Hunks may be missing
   * among the changes, since the gutter can be told to leave out those of blanks.
   */
  find(uri: string, changes: readonly EditorChange[], at: number): { readonly shown: PendingFile; readonly hunks: readonly Hunk[] } | undefined {
    const having = (this.#states.get(uri) ?? []).filter(({ hunks }) => changes.every((change) => hunksOfChange(hunks, change).length > 0));
    const shown = having.findLast(({ hunks }) => new Set(changes.flatMap((change) => hunksOfChange(hunks, change))).size === hunks.length) ?? having.at(-1);
    const change = changes[at];
    return shown === undefined || change === undefined ? undefined : { shown, hunks: hunksOfChange(shown.hunks, change) };
  }
}
