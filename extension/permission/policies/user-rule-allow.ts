import { coveredBy } from '../rules.ts';
import type { Policy } from '../policy.ts';

/** The user's allow rules: together they must cover every part of the call. */
export const userRuleAllow: Policy = (input) =>
  coveredBy(
    input.rules.filter((rule) => rule.effect === 'allow'),
    input,
  )
    ? { effect: 'allow', by: 'user-rule-allow' }
    : undefined;
