import type { AskedCall } from '../agent/agent-tools.ts';
import type { Rule } from './policy.ts';

/** Asks the user about one call. `rule` is what "always" would allow; undefined where the user is asked every time. */
export type AskUser = (asked: AskedCall, rule: Rule | undefined, signal: AbortSignal) => Promise<UserAnswer>;

export type UserAnswer = 'once' | 'session' | 'rule' | 'decline';
