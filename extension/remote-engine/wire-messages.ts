import type {
  AssistantMessage,
  ChatMessage,
  ToolCall,
  ToolDefinition,
  ToolMessage,
} from '../../native/protocol/chat.ts';

/** Where an engine wants the thoughts of its earlier replies: where it wrote them. */
export type ReasoningField = 'reasoning_content' | 'reasoning' | 'thinking' | 'content';

/**
 * Messages as OpenAI's API has them. The same messages give the same text each time: only then does the engine find
 * what it has read before in its cache.
 */
export function wireMessages(messages: readonly ChatMessage[], reasoning: ReasoningField | undefined): object[] {
  return messages.map((message, at) => {
    switch (message.role) {
      case 'assistant':
        return wireAssistant(message, answersAfter(messages, at), reasoning);
      case 'tool':
        return { role: 'tool', tool_call_id: message.toolCallId, name: message.name, content: message.content };
      default:
        return { role: message.role, content: message.content };
    }
  });
}

/** Tools as OpenAI's API has them. */
export function wireTools(tools: readonly ToolDefinition[]): object[] {
  return tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, ...(description !== undefined && { description }), parameters },
  }));
}

function wireAssistant(
  { content, reasoning, toolCalls = [] }: AssistantMessage,
  answers: readonly ToolMessage[],
  field: ReasoningField | undefined,
): object {
  // A call that could not be read has an answer all the same, and engines want the call of each answer.
  const unread = answers.filter((answer) => toolCalls.every((call) => call.id !== answer.toolCallId));
  const calls = [...toolCalls, ...unread.map(({ toolCallId, name }) => ({ id: toolCallId, name, arguments: '{}' }))];
  const thought = reasoning !== undefined && reasoning !== '' ? reasoning : undefined;
  const within = field === 'content' && thought !== undefined ? `<think>${thought}</think>${content}` : content;
  return {
    role: 'assistant',
    content: within,
    ...(thought !== undefined && field !== undefined && field !== 'content' && { [field]: thought }),
    ...(calls.length > 0 && { tool_calls: calls.map(wireCall) }),
  };
}

function wireCall({ id, name, arguments: text }: ToolCall): object {
  return { id, type: 'function', function: { name, arguments: text } };
}

/** The tool messages that follow directly. */
function answersAfter(messages: readonly ChatMessage[], at: number): ToolMessage[] {
  const after: ToolMessage[] = [];
  for (const message of messages.slice(at + 1)) {
    if (message.role !== 'tool') break;
    after.push(message);
  }
  return after;
}
