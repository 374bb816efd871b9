import type { CallPreview, ResolvedCall } from '../agent/agent-tools.ts';
import type { AskUser, UserAnswer } from '../permission/user-answer.ts';
import type { Rule } from '../permission/policy.ts';
import { formatRule } from '../permission/rules.ts';
import type { Approval } from '../../webview/messages.ts';

interface Pending {
  readonly approval: Approval;
  readonly settle: (answer: UserAnswer) => void;
}

/** The questions that wait for the user, in order. Owns: who is asked what. Does not own: how it looks, what is decided. */
export class Approvals {
  readonly #pending = new Map<string, Pending>();
  readonly #changed: () => void;

  /** `changed` is called whenever a question comes or goes. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get open(): readonly Approval[] {
    return [...this.#pending.values()].map(({ approval }) => approval);
  }

  /** Declined when the turn is stopped while the question stands. */
  readonly ask: AskUser = (resolved: ResolvedCall, rule: Rule | undefined, signal: AbortSignal) =>
    new Promise((resolve) => {
      const callId = resolved.call.id;
      const settle = (answer: UserAnswer): void => {
        signal.removeEventListener('abort', stop);
        if (!this.#pending.delete(callId)) return;
        this.#changed();
        resolve(answer);
      };
      const stop = (): void => settle('decline');
      const view: CallPreview | undefined = resolved.preview;
      this.#pending.set(callId, {
        approval: { callId, title: resolved.title, view, rule: rule && formatRule(rule) },
        settle,
      });
      signal.addEventListener('abort', stop, { once: true });
      this.#changed();
      if (signal.aborted) stop();
    });

  /** The user's answer; one for a question that is gone is ignored. */
  answer(callId: string, answer: UserAnswer): void {
    this.#pending.get(callId)?.settle(answer);
  }
}
