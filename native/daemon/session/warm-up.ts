import type { ChatMessage, ToolDefinition } from '../../protocol/chat.ts';
import type { Chat } from './model-runtime.ts';
import { turnRequest } from './turn-request.ts';

const tool: ToolDefinition = {
  name: 'read_file',
  description: 'Reads a file.',
  parameters: {
    type: 'object',
    properties: { path: { type: 'string' }, line: { type: 'integer', minimum: 1 } },
    required: ['path'],
  },
};
const messages: readonly ChatMessage[] = [
  { role: 'system', content: 'You write code.' },
  { role: 'user', content: 'Fix the failing test.' },
];

/**
 * Does once what a first turn with tools needs (rendering, tokens, grammar, parser), so that the code is compiled and
 * the template analysed before a user waits for it.
 */
export async function warmUp(chat: Chat, signal: AbortSignal): Promise<void> {
  try {
    const conversation = chat.chatModel.conversation({ tools: [tool] });
    await conversation.append(messages, signal);
    const prompt = await conversation.prompt(signal);
    const { grammar } = turnRequest(chat, prompt, [tool], {});
    if (grammar !== undefined) await chat.checkGrammar(grammar);
    chat.chatModel.format.parser({ prompt: prompt.text, tools: [tool], nextCallIndex: 0, choice: 'auto' });
  } catch {
    // A template may refuse these messages; a real request reports its own error.
  }
}
