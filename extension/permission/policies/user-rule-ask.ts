import { coversSome } from '../rules.ts';
import type { Policy } from '../policy.ts';

/** The user's ask rules come before the allow rules and the modes. */
export const userRuleAsk: Policy = (input) =>
  input.rules.some((rule) => rule.effect === 'ask' && coversSome(rule, input))
    ? { effect: 'ask', by: 'user-rule-ask' }
    : undefined;
