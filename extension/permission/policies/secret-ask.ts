import type { Policy } from '../policy.ts';

/** Keys, environments and the repository's own data are asked for in every mode. */
export const secretAsk: Policy = ({ place }) => (place.secret ? { effect: 'ask', by: 'secret-ask' } : undefined);
