import type { AskedCall, CallPreview } from '../agent/agent-tools.ts';
import type { AskUser, UserAnswer } from '../permission/user-answer.ts';
import type { Rule } from '../permission/policy.ts';
import { formatRule } from '../permission/rules.ts';
import type { Approval } from '../../webview/messages.ts';

/** A question of the extension itself. */
export interface Decision {
  readonly title: string;
  /** What it is about, one line each. */
  readonly details: readonly string[];
  /** The buttons, by what `decide` resolves to. */
  readonly choices: Readonly<Record<string, string>>;
}

interface Waiting {
  readonly approval: Approval;
  readonly settle: (answer: string | undefined) => void;
}

/**
 * What waits for the user in the panel, in order: calls of the model, and questions of the extension. Does not own: how
 * they look, what may run.
 */
export class Approvals {
  readonly #waiting = new Map<string, Waiting>();
  readonly #changed: () => void;
  #decisions = 0;

  /** `changed` is called when an approval is added or answered. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get open(): readonly Approval[] {
    return [...this.#waiting.values()].map(({ approval }) => approval);
  }

  /** Asks the user about a call. Stopping the turn declines. */
  readonly ask: AskUser = async (asked: AskedCall, rules: readonly Rule[], signal: AbortSignal) => {
    const view: CallPreview | undefined = asked.preview;
    const { title, call } = asked;
    const rule = rules.map(formatRule).join(', ') || undefined;
    const answer = await this.#wait({ callId: call.id, title, view, rule }, signal);
    return isUserAnswer(answer) ? answer : 'decline';
  };

  /** Asks the user to choose. Nothing is chosen in advance, and the signal withdraws the question. */
  async decide({ title, details, choices }: Decision, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#wait(
      {
        callId: `decision-${++this.#decisions}`,
        title,
        view: details.length === 0 ? undefined : { kind: 'text', text: details.join('\n') },
        rule: undefined,
        choices: Object.entries(choices).map(([id, label]) => ({ id, label })),
      },
      signal,
    );
    return answer !== undefined && Object.hasOwn(choices, answer) ? answer : undefined;
  }

  /** Passes on the user's answer. Ignored when nothing waits for it. */
  answer(callId: string, answer: string): void {
    this.#waiting.get(callId)?.settle(answer);
  }

  /** Withdraws the questions of the extension, as when another conversation is opened. */
  withdraw(): void {
    for (const { approval, settle } of this.#waiting.values()) if (approval.choices !== undefined) settle(undefined);
  }

  #wait(approval: Approval, signal: AbortSignal): Promise<string | undefined> {
    const { callId } = approval;
    return new Promise((resolve) => {
      const settle = (answer: string | undefined): void => {
        signal.removeEventListener('abort', stop);
        if (!this.#waiting.delete(callId)) return;
        this.#changed();
        resolve(answer);
      };
      const stop = (): void => settle(undefined);
      this.#waiting.set(callId, { approval, settle });
      signal.addEventListener('abort', stop, { once: true });
      this.#changed();
      if (signal.aborted) stop();
    });
  }
}

const userAnswers: readonly UserAnswer[] = ['once', 'session', 'rule', 'decline'];

function isUserAnswer(answer: string | undefined): answer is UserAnswer {
  return userAnswers.some((known) => known === answer);
}
