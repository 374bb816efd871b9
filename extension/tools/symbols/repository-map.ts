import * as z from 'zod';
import { translate } from '../../translation.ts';
import description from './repository-map.md';
import type { Tool } from '../tool.ts';

const schema = z.object({});

/** repository_map: for agents of other extensions. Our own begin their conversations with the map. */
export function repositoryMap(map: () => Promise<string>): Tool<typeof schema> {
  return {
    name: 'repository_map',
    description,
    schema,
    intent: () => ({
      access: { kind: 'read', paths: [] },
      title: translate('Read the map of the repository'),
      async run() {
        const text = await map();
        return { text: text === '' ? 'The workspace has no source files that the map knows.' : text, failed: false };
      },
    }),
  };
}
