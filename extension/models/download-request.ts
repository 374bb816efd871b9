import { createHash } from 'node:crypto';
import * as z from 'zod';
import { isRepositoryName } from './hub-address.ts';
import { isModelFile } from './hub-files.ts';

const file = z.strictObject({ path: z.string(), bytes: z.number(), sha256: z.string() }).refine(isModelFile);

const request = z.object({
  /** `owner/name` on the hub. */
  repository: z.string().refine(isRepositoryName),
  /** The commit whose files these are. */
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  quantisation: z.string(),
  /** What the user sees: the catalogue's name, or repository and quantisation. */
  model: z.string(),
  /** The first split first. */
  files: z.array(file).min(1),
});

/** What the user chose to download. */
export type DownloadRequest = Readonly<z.infer<typeof request>>;

/** The request in a state file; undefined if it is damaged or not safe to follow. */
export function readRequest(value: unknown): DownloadRequest | undefined {
  const read = request.safeParse(value);
  return read.success ? read.data : undefined;
}

/** The same for the same files of a repository, in every window and after every reload. */
export function downloadId({ repository, files }: DownloadRequest): string {
  const name = JSON.stringify([repository, files.map(({ path, sha256 }) => [path, sha256])]);
  return createHash('sha256').update(name).digest('hex').slice(0, 16);
}

export function requestBytes({ files }: DownloadRequest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
