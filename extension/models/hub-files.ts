import * as z from 'zod';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';
import { notAHub, type HubClient } from './hub-client.ts';

/** A file of a repository, as the hub describes it. */
export interface HubFile {
  /** Its path in the repository, with `/`. Checked: it stays below the folder that it is joined to. */
  readonly path: string;
  readonly bytes: number;
  /** Of its content, 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The model files of a repository at one commit. */
export interface HubRepository {
  readonly name: string;
  readonly commit: string;
  readonly files: readonly HubFile[];
}

const pagesMax = 50;
const repositoryAnswer = z.looseObject({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const treeAnswer = z.array(
  z.looseObject({
    type: z.string(),
    path: z.string(),
    size: z.number().optional(),
    lfs: z.looseObject({ oid: z.string(), size: z.number() }).optional(),
  }),
);

/**
 * The .gguf files of a repository at its newest commit, with what they must weigh and hash to. Files for which the hub
 * states no SHA-256 are left out. Throws as HubClient does, and hub.missing if there are none.
 */
export async function listModelFiles(hub: HubClient, repository: string, signal: AbortSignal): Promise<HubRepository> {
  const about = repositoryAnswer.safeParse((await hub.json(hub.address.repository(repository), signal)).value);
  if (!about.success) throw notAHub();
  const commit = about.data.sha;
  const files: HubFile[] = [];
  let page: URL | undefined = hub.address.tree(repository, commit);
  for (let count = 0; page !== undefined && count < pagesMax; count++) {
    const { value, next }: { value: unknown; next: URL | undefined } = await hub.json(page, signal);
    const listed = treeAnswer.safeParse(value);
    if (!listed.success) throw notAHub();
    for (const { type, path, lfs } of listed.data)
      if (type === 'file' && lfs !== undefined && isModelFile({ path, bytes: lfs.size, sha256: lfs.oid }))
        files.push({ path, bytes: lfs.size, sha256: lfs.oid });
    page = next;
  }
  if (files.length === 0) {
    const text = translate('{0} has no GGUF files; choose a repository whose name ends in GGUF.', repository);
    throw new CodedError('hub.missing', text);
  }
  return { name: repository, commit, files };
}

/** Whether the facts are those of a model file, and safe to become a path. */
export function isModelFile({ path, bytes, sha256 }: HubFile): boolean {
  const parts = path.split('/');
  return (
    /\.gguf$/i.test(path) &&
    path.length <= 500 &&
    // What Windows or a shell reads as more than a name is not taken.
    parts.every((part) => /^[^\\:*?"<>|\p{Cc}]+$/u.test(part) && !/^\.{1,2}$/.test(part) && !/[. ]$/.test(part)) &&
    Number.isSafeInteger(bytes) &&
    bytes > 0 &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}
