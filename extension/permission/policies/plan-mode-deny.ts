import type { Policy } from '../policy.ts';

/** Plan mode reads and thinks. */
export const planModeDeny: Policy = ({ mode, access }) =>
  mode !== 'plan' || access.kind === 'none' || access.kind === 'read'
    ? undefined
    : {
        effect: 'deny',
        by: 'plan-mode-deny',
        text: 'Error: in plan mode nothing is changed or run. Say what you would do.',
      };
