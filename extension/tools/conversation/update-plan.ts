import * as z from 'zod';
import { translate } from '../../translation.ts';
import description from './update-plan.md';
import type { Tool } from '../tool.ts';
import type { ConversationHooks } from './conversation-hooks.ts';

const schema = z.object({
  steps: z.array(z.object({ text: z.string(), status: z.enum(['pending', 'active', 'done']) })).max(50),
});

/** update_plan: the list of steps that the user sees. */
export function updatePlan(show: ConversationHooks['plan']): Tool<typeof schema> {
  return {
    name: 'update_plan',
    description,
    schema,
    intent({ steps }) {
      return {
        access: { kind: 'none' },
        title: translate('Update the plan'),
        async run() {
          show(steps);
          return { text: 'Plan updated.', failed: false };
        },
      };
    },
  };
}
