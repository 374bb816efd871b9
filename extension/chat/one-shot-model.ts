import { PrefixedOneShot } from '../agent/one-shot.ts';
import type { ModelHost } from '../daemon-link/model-host.ts';
import { toolList, type ToolGroups } from '../tools/tool-list.ts';
import { Toolbox } from '../tools/toolbox.ts';

/** Nothing is ever called: the tools are only told of. */
const silent = { plan: () => undefined, question: async () => '', delegate: async () => '' };

/** Questions outside of conversations. Small models were taught to explain code with the agent's tools in view. */
export function createOneShot(models: ModelHost, groups: ToolGroups): PrefixedOneShot {
  return new PrefixedOneShot({
    model: (signal) => models.model(signal),
    tools: (kind, { profile }) =>
      kind === 'ask' && profile === 'compact' ? new Toolbox(toolList(groups, silent), profile).definitions() : [],
  });
}
