import { z } from 'zod';
import type { AssistantMessage, ChatMessage, ToolCall } from '../../../protocol/chat.ts';
import { messagesMax } from '../../../protocol/limits.ts';
import { invalidField, optional } from '../wire/parse-fields.ts';

const callSchema = z.object({
  id: optional(z.string()),
  function: z.object({ name: z.string(), arguments: optional(z.record(z.string(), z.unknown())) }),
});

const messageSchema = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: optional(z.string()),
  thinking: optional(z.string()),
  images: optional(z.array(z.unknown()).max(0, 'Expected none: this model reads text only.')),
  tool_calls: optional(z.array(callSchema)),
  tool_name: optional(z.string()),
  tool_call_id: optional(z.string()),
});

/** The `messages` of a request; none asks whether the model is loaded. */
export const messagesSchema = z
  .array(z.unknown())
  .max(messagesMax, `Expected at most ${messagesMax} messages: leave out the oldest, or join short ones.`)
  .pipe(z.array(messageSchema));

type WireMessage = z.output<typeof messageSchema>;

/**
 * Messages as the chat templates take them. Many clients of Ollama know no ids of calls: a call without one gets the id
 * that Kimi's models would write, and a result belongs to the first call that has none yet. Throws request.invalid.
 */
export function readMessages(wire: readonly WireMessage[]): ChatMessage[] {
  let calls = 0;
  let waiting: ToolCall[] = [];
  const read = (message: WireMessage, at: number): ChatMessage => {
    const content = message.content ?? '';
    if (message.role === 'system' || message.role === 'user') return { role: message.role, content };
    if (message.role === 'assistant') {
      waiting = (message.tool_calls ?? []).map((call) => ({
        id: call.id ?? `functions.${call.function.name}:${calls++}`,
        name: call.function.name,
        arguments: JSON.stringify(call.function.arguments ?? {}),
      }));
      return assistantMessage(message, content, waiting);
    }
    const call = waiting.find(
      ({ id, name }) =>
        (message.tool_call_id === undefined || id === message.tool_call_id) &&
        (message.tool_name === undefined || name === message.tool_name),
    );
    if (call === undefined)
      throw invalidField(`messages[${at}]`, 'Expected the result of a call of the assistant message before it.');
    waiting = waiting.filter((other) => other !== call);
    return { role: 'tool', content, toolCallId: call.id, name: call.name };
  };
  return wire.map(read);
}

function assistantMessage(message: WireMessage, content: string, calls: readonly ToolCall[]): AssistantMessage {
  return {
    role: 'assistant',
    content,
    ...(message.thinking ? { reasoning: message.thinking } : {}),
    ...(calls.length === 0 ? {} : { toolCalls: calls }),
  };
}
