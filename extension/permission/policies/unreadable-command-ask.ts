import type { Policy } from '../policy.ts';

/** What the shell would run cannot be told: no rule and no mode can speak for it. */
export const unreadableCommandAsk: Policy = ({ commands }) =>
  commands === 'unreadable' ? { effect: 'ask', by: 'unreadable-command-ask' } : undefined;
