import type { TerminalMirror } from '../../../extension/tools/commands/terminal-mirror.ts';

/** Shows nothing. */
export const noMirror: TerminalMirror = { open: () => ({ write: () => undefined, end: () => undefined }) };
