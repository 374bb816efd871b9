import type { Policy } from '../policy.ts';

/** Everything else is asked. */
export const fallbackAsk: Policy = () => ({ effect: 'ask', by: 'fallback-ask' });
