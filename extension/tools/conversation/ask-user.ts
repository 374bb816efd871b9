import * as z from 'zod';
import { translate } from '../../translation.ts';
import description from './ask-user.md';
import type { Tool } from '../tool.ts';

const schema = z.object({ question: z.string(), choices: z.array(z.string()).max(10).optional() });

/** ask_user: the answer is the result. */
export function askUser(
  ask: (question: string, choices: readonly string[], signal: AbortSignal) => Promise<string>,
): Tool<typeof schema> {
  return {
    name: 'ask_user',
    description,
    schema,
    intent({ question, choices }) {
      return {
        access: { kind: 'none' },
        title: translate('Ask'),
        async run({ signal }) {
          const answer = await ask(question, choices ?? [], signal);
          return answer === ''
            ? { text: 'Error: the user did not answer. Go on without, or stop.', failed: true }
            : { text: answer, failed: false };
        },
      };
    },
  };
}
