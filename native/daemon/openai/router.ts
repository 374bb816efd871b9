import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenAiContext } from './open-ai-context.ts';

/**
 * Answers one HTTP request of the OpenAI-compatible endpoint. The caller has checked the token. Never rejects: every
 * failure becomes an answer in OpenAI's error shape.
 */
export async function handleOpenAi(request: IncomingMessage, response: ServerResponse, context: OpenAiContext): Promise<void> {
  context.log('info', `${request.method ?? ''} ${request.url ?? ''}`);
  response.writeHead(404).end();
}
