import { createHash } from 'node:crypto';
import type { ToolOutcome } from './agent-tools.ts';

export type Progress = 'going' | 'warn' | 'stop';

/**
 * Watches whether a turn still learns or changes anything. A step makes progress when one of its results is new:
 * a file's content it has not had before in this turn, a test report, a list of problems, or a text not read before.
 * Repeating a call is fine as long as its result differs. Does not own: steps, limits, what is said to the user.
 */
export class LoopBreaker {
  readonly #seen = new Set<string>();
  readonly #warnAfter: number;
  readonly #stopAfter: number;
  #idle = 0;

  /** `warnAfter` and `stopAfter`: steps without anything new. */
  constructor(warnAfter: number, stopAfter: number) {
    this.#warnAfter = warnAfter;
    this.#stopAfter = stopAfter;
  }

  /** Notes what one step brought. `warn` is returned once for each stretch without progress. */
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

/** An edit's own text is the same each time, so its fact is the content it leaves; a failure is a fact of its own. */
function factOf(name: string, outcome: ToolOutcome): string {
  const { display } = outcome;
  const state =
    !outcome.failed && display?.kind === 'diff' ? `${display.path}\0${display.after}` : `${name}\0${outcome.text}`;
  return createHash('sha1').update(state).digest('base64');
}
