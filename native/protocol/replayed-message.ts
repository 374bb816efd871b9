import type { ChatMessage } from './chat.ts';

/**
 * A text that is the same for a message and for its copies that clients send back. It leaves out what many of them do
 * not keep: reasoning, and spaces around an answer or in the arguments of a call.
 */
export function replayedMessage(message: ChatMessage): string {
  if (message.role === 'tool') return JSON.stringify(['tool', message.content, message.toolCallId, message.name]);
  if (message.role !== 'assistant') return JSON.stringify([message.role, message.content]);
  const calls = (message.toolCalls ?? []).map((call) => [call.id, call.name, sameArguments(call.arguments)]);
  return JSON.stringify(['assistant', message.content.trim(), ...calls]);
}

/** Clients that parse the arguments of calls send them back with other spaces. */
function sameArguments(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}
