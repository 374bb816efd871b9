import type { ChatMessage } from '../../native/protocol/chat.ts';
import type { OneShot } from '../agent/one-shot-request.ts';
import type { Syntax } from '../workspace/syntax.ts';
import { faultAdvice, type Fault } from './rewrite-fault.ts';

/** The model that writes code, and the parser that checks it. */
export interface Rewriter {
  readonly oneShot: OneShot;
  readonly syntax: Syntax;
}

/** An answer after its check: its value or its fault. */
export type CheckedAnswer<Value> = { readonly value: Value } | { readonly fault: Fault };

interface RewriteLoop<Value> {
  readonly messages: readonly ChatMessage[];
  /** Most requests to the model. */
  readonly tries: number;
  /** Asks the model; resolves with its whole answer. */
  readonly ask: (messages: readonly ChatMessage[]) => Promise<string>;
  readonly check: (answer: string) => Promise<CheckedAnswer<Value>>;
  /**
   * Called before the model is asked again; false: the faulty answer is final. Left out: every fault is worth a try.
   */
  readonly again?: (fault: Fault) => boolean;
}

/**
 * Asks for code, checks the answer, and asks again with the reason while tries are left. Returns the last answer after
 * its check. Rejects as `ask` and `check` do.
 */
export async function askForCode<Value>(loop: RewriteLoop<Value>): Promise<CheckedAnswer<Value>> {
  const messages = [...loop.messages];
  for (let left = loop.tries - 1; ; left--) {
    const answer = await loop.ask(messages);
    const checked = await loop.check(answer);
    if ('value' in checked || left <= 0 || loop.again?.(checked.fault) === false) return checked;
    messages.push({ role: 'assistant', content: answer }, { role: 'user', content: faultAdvice(checked.fault) });
  }
}
