import type { ChatMessage } from '../../../native/protocol/chat.ts';
import type { OneShot } from '../../../extension/agent/one-shot-request.ts';

/** Gives the answers in order; its requests go into `asked`. */
export function scriptedOneShot(
  profile: 'compact' | 'full',
  answers: readonly string[],
  asked: (readonly ChatMessage[])[] = [],
): OneShot {
  let next = 0;
  return {
    facts: async () => ({ name: 'scripted', fingerprint: 'scripted', profile, contextTokens: 8192 }),
    run: async (_kind, messages, { onText }) => {
      asked.push([...messages]);
      const answer = answers[next++] ?? '';
      onText?.(answer);
      return answer;
    },
  };
}
