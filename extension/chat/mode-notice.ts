import { translate } from '../translation.ts';
import type { ChatWindow } from './chat-window.ts';

/** What the user is told about the mode, the first time that it is on in a workspace; undefined afterwards. */
export async function modeNotice(window: Pick<ChatWindow, 'mode' | 'isFirst'>): Promise<string | undefined> {
  if (window.mode() !== 'autonomous' || !(await window.isFirst('autonomousNotice'))) return undefined;
  return [
    translate('Autonomous mode runs commands and tests, and changes files, without asking.'),
    translate('This includes files that later run code or instruct the assistant: package.json, hooks, AGENTS.md.'),
    translate('It still asks before it touches secrets or runs a command that cannot be read.'),
  ].join(' ');
}
