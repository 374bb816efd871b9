import type { Policy } from '../policy.ts';

/** In autonomous mode everything that came this far runs. */
export const autonomousModeAllow: Policy = ({ mode }) =>
  mode === 'autonomous' ? { effect: 'allow', by: 'autonomous-mode-allow' } : undefined;
