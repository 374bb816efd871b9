import { parseChatFields, readChatRequest } from '../../../native/daemon/http/openai/chat/chat-request.ts';
import type { ChatRequest } from '../../../native/daemon/http/openai/chat/chat-request.ts';
import { CodedError } from '../../../native/protocol/coded-error.ts';

export const user = { role: 'user', content: 'hi' };

/** A chat request as the endpoint reads its body; the vocabulary has 1,000 tokens. */
export function read(body: Record<string, unknown>): ChatRequest {
  return readChatRequest(parseChatFields({ messages: [user], ...body }), 1000);
}

/** Why a body is refused. Throws where it is not. */
export function refusal(body: Record<string, unknown>): { field: unknown; message: string } {
  try {
    read(body);
  } catch (thrown) {
    if (thrown instanceof CodedError) return { field: thrown.data?.field, message: thrown.message };
    throw thrown;
  }
  throw new Error('it was accepted');
}
