import type { ChatMessage } from '../../protocol/chat.ts';

/** The number of calls so far, or more where ids of a history that was shortened hold higher ones. */
export function callIndexAfter(messages: readonly ChatMessage[]): number {
  let next = 0;
  for (const message of messages) {
    for (const { id } of message.role === 'assistant' ? (message.toolCalls ?? []) : []) {
      const index = /:(\d{1,6})$/.exec(id)?.[1];
      next = Math.max(next + 1, index === undefined ? 0 : Number(index) + 1);
    }
  }
  return next;
}
