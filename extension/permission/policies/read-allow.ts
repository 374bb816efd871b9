import type { Policy } from '../policy.ts';

/** Reading inside the workspace, plans and questions need no permission. */
export const readAllow: Policy = ({ access }) =>
  access.kind === 'read' || access.kind === 'none' ? { effect: 'allow', by: 'read-allow' } : undefined;
