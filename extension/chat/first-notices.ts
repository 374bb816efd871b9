import type { ModelFacts } from '../agent/agent-model.ts';
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

/** What the user is told of a model whose calls are plain text, once for each; undefined for all others. */
export async function callsNotice(
  { name, callsAsText }: ModelFacts,
  window: Pick<ChatWindow, 'isFirstAnywhere'>,
): Promise<string | undefined> {
  if (callsAsText !== true || !(await window.isFirstAnywhere(`callsAsText ${name}`))) return undefined;
  return [
    translate('{0} has no format for tool calls that this engine reads.', name),
    translate('It is told of the tools in plain text and asked to write calls that way, which fails more often.'),
    translate('Choose another model if the agent makes no calls, or wrong ones.'),
  ].join(' ');
}
