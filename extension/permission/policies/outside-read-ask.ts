import type { Policy } from '../policy.ts';

/** Reading outside the workspace is the user's decision. */
export const outsideReadAsk: Policy = ({ access, place }) =>
  access.kind === 'read' && place.outside ? { effect: 'ask', by: 'outside-read-ask' } : undefined;
