import type { ModelFacts } from '../agent/agent-model.ts';
import { translate } from '../translation.ts';
import type { ChatWindow } from './chat-window.ts';

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
