/** How much the agent may do without asking. */
export type PermissionMode = 'plan' | 'ask' | 'edit' | 'autonomous';
