import { coversSome } from '../rules.ts';
import type { Policy } from '../policy.ts';

/** The user's deny rules come before everything the user allows. */
export const userRuleDeny: Policy = (input) => {
  const rule = input.rules.find((candidate) => candidate.effect === 'deny' && coversSome(candidate, input));
  return (
    rule && {
      effect: 'deny',
      by: 'user-rule-deny',
      text: "Error: the user's rules forbid this call. Do it another way, or ask the user.",
    }
  );
};
