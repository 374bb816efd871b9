import type { AskedCall, CallPreview } from '../agent/agent-tools.ts';
import type { AskUser, UserAnswer } from '../permission/user-answer.ts';
import type { Rule } from '../permission/policy.ts';
import { formatRule } from '../permission/rules.ts';
import type { Approval } from '../../webview/messages.ts';

interface Pending {
  readonly approval: Approval;
  readonly settle: (answer: UserAnswer) => void;
}

/** The calls that wait for the user's approval, in order. Does not own: how they look, what may run. */
export class Approvals {
  readonly #pending = new Map<string, Pending>();
  readonly #changed: () => void;

  /** `changed` is called when an approval is added or answered. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get open(): readonly Approval[] {
    return [...this.#pending.values()].map(({ approval }) => approval);
  }

  /** Asks the user. Stopping the turn declines. */
  readonly ask: AskUser = (asked: AskedCall, rules: readonly Rule[], signal: AbortSignal) =>
    new Promise((resolve) => {
      const callId = asked.call.id;
      const settle = (answer: UserAnswer): void => {
        signal.removeEventListener('abort', stop);
        if (!this.#pending.delete(callId)) return;
        this.#changed();
        resolve(answer);
      };
      const stop = (): void => settle('decline');
      const view: CallPreview | undefined = asked.preview;
      this.#pending.set(callId, {
        approval: { callId, title: asked.title, view, rule: rules.map(formatRule).join(', ') || undefined },
        settle,
      });
      signal.addEventListener('abort', stop, { once: true });
      this.#changed();
      if (signal.aborted) stop();
    });

  /** Passes on the user's answer. Ignored when the call no longer waits. */
  answer(callId: string, answer: UserAnswer): void {
    this.#pending.get(callId)?.settle(answer);
  }
}
