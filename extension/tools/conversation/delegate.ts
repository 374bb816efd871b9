import * as z from 'zod';
import { translate } from '../../translation.ts';
import description from './delegate.md';
import type { Tool } from '../tool.ts';

const schema = z.object({ task: z.string() });

/** delegate: runs a task in a separate conversation. */
export function delegate(run: (task: string, signal: AbortSignal) => Promise<string>): Tool<typeof schema> {
  return {
    name: 'delegate',
    description,
    schema,
    intent({ task }) {
      return {
        access: { kind: 'none' },
        title: translate('Delegate'),
        preview: { kind: 'text', text: task },
        async run({ signal }) {
          const text = await run(task, signal);
          return { text, failed: text.startsWith('Error:') };
        },
      };
    },
  };
}
