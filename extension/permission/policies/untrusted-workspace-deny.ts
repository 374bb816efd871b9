import type { Policy } from '../policy.ts';

/** A workspace the user does not trust is only read. */
export const untrustedWorkspaceDeny: Policy = ({ trusted, access }) =>
  trusted || access.kind === 'none' || access.kind === 'read'
    ? undefined
    : {
        effect: 'deny',
        by: 'untrusted-workspace-deny',
        text: 'Error: the user has not trusted this workspace, so nothing may be changed or run. Say what you would do.',
      };
