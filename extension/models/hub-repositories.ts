import * as z from 'zod';
import { isRepositoryName } from './hub-address.ts';
import { notAHub, type HubClient } from './hub-client.ts';

/** A repository that a search found. */
export interface FoundRepository {
  readonly name: string;
  readonly downloads: number | undefined;
  /** As its makers state it; undefined where they do not. */
  readonly licence: string | undefined;
  /** The hub gives it only to those who have accepted its terms. */
  readonly gated: boolean;
}

const resultsMax = 50;
const answer = z.array(
  z.looseObject({
    id: z.string(),
    downloads: z.number().optional(),
    gated: z.union([z.boolean(), z.string()]).optional(),
    tags: z.array(z.string()).optional(),
  }),
);

/** Repositories with GGUF files whose names fit `text`, the most downloaded first. Throws as HubClient does. */
export async function searchRepositories(
  hub: HubClient,
  text: string,
  signal: AbortSignal,
): Promise<FoundRepository[]> {
  const { value } = await hub.json(hub.address.search(text, resultsMax), signal);
  const read = answer.safeParse(value);
  if (!read.success) throw notAHub();
  return read.data
    .filter(({ id }) => isRepositoryName(id))
    .map(({ id, downloads, gated, tags = [] }) => ({
      name: id,
      downloads,
      licence: tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length),
      gated: gated === true || typeof gated === 'string',
    }));
}
