import type { Policy } from '../policy.ts';

/** Files outside the workspace are never written, whatever the mode or the rules. */
export const outsideWriteDeny: Policy = ({ access, place }) =>
  access.kind === 'write' && place.outside
    ? {
        effect: 'deny',
        by: 'outside-write-deny',
        text: 'Error: this path is outside the workspace. Write inside it only.',
      }
    : undefined;
