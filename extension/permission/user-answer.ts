import type { AskedCall } from '../agent/agent-tools.ts';
import type { Rule } from './policy.ts';

/** Asks the user about one call. `rules` is what "always" would allow; empty where the user is asked every time. */
export type AskUser = (asked: AskedCall, rules: readonly Rule[], signal: AbortSignal) => Promise<UserAnswer>;

export type UserAnswer = 'once' | 'session' | 'rule' | 'decline';
