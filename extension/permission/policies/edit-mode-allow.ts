import type { Policy } from '../policy.ts';

/** The mode "edit automatically" allows changes of files, and nothing that runs. */
export const editModeAllow: Policy = ({ mode, access }) =>
  mode === 'edit' && access.kind === 'write' ? { effect: 'allow', by: 'edit-mode-allow' } : undefined;
