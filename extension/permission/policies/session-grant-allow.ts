import { coveredBy } from '../rules.ts';
import type { Policy } from '../policy.ts';

/** What the user allowed for this session. */
export const sessionGrantAllow: Policy = (input) =>
  coveredBy(input.grants, input) ? { effect: 'allow', by: 'session-grant-allow' } : undefined;
