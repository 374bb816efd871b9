import { createHash } from 'node:crypto';
import type { ToolOutcome } from './agent-tools.ts';

export type Progress = 'going' | 'warn' | 'stop';

/**
 * Detects a turn that no longer makes progress. A step makes progress when one of its results is new in this turn:
 * a state of a file, a test report, a list of problems, a text. Repeating a call is fine as long as its result differs.
 * Does not own: steps, limits, what the user is told.
 */
export class LoopBreaker {
  readonly #seen = new Set<string>();
  readonly #warnAfter: number;
  readonly #stopAfter: number;
  #idle = 0;

  /** `warnAfter` and `stopAfter` count steps without a new result. */
  constructor(warnAfter: number, stopAfter: number) {
    this.#warnAfter = warnAfter;
    this.#stopAfter = stopAfter;
  }

  /** Notes the results of one step. Returns `warn` once per stretch without progress. */
  observe(outcomes: readonly { readonly name: string; readonly outcome: ToolOutcome }[]): Progress {
    let fresh = false;
    for (const { name, outcome } of outcomes) {
      const fact = factOf(name, outcome);
      if (this.#seen.has(fact)) continue;
      this.#seen.add(fact);
      fresh = true;
    }
    this.#idle = fresh ? 0 : this.#idle + 1;
    if (this.#idle >= this.#stopAfter) return 'stop';
    return this.#idle === this.#warnAfter ? 'warn' : 'going';
  }
}

/** Hash of what a result tells. The text of an edit is always the same, so the file's new content counts instead. */
function factOf(name: string, outcome: ToolOutcome): string {
  const { display } = outcome;
  const state =
    !outcome.failed && display?.kind === 'diff' ? `${display.path}\0${display.after}` : `${name}\0${outcome.text}`;
  return createHash('sha1').update(state).digest('base64');
}
