import { constants } from 'node:fs';
import { mkdir, readlink, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { isMissing } from '../workspace/file-errors.ts';
import { bytesIfThere, makeLink, statIfThere } from './disk-files.ts';

/** True if a path, with its links followed, is outside of the workspace. */
export type LeadsOutside = (absolute: string) => Promise<boolean>;

/** What is at a path on disk: the bytes of a file, and where it leads if it is a link. */
export interface DiskState {
  readonly disk: Uint8Array | undefined;
  readonly link?: string | undefined;
}

/** The target of the symlink at a path; undefined for anything else. */
export async function linkAt(absolute: string): Promise<string | undefined> {
  try {
    return await readlink(absolute);
  } catch (error) {
    // EINVAL: it is no link. Windows says UNKNOWN.
    if (isMissing(error) || ['EINVAL', 'UNKNOWN'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined;
    throw error;
  }
}

/** Reads a path. What a link out of the workspace leads to is not read. */
export async function diskStateOf(absolute: string, leadsOutside: LeadsOutside): Promise<DiskState> {
  const link = await linkAt(absolute);
  if (link === undefined) return { disk: await bytesIfThere(absolute) };
  const isRead = (await statIfThere(absolute))?.isFile() === true && !(await leadsOutside(absolute));
  return { disk: isRead ? await bytesIfThere(absolute) : undefined, link };
}

/**
 * Makes a path ready for a state to be written to it: a link that the state does not have is removed, one that it has
 * is made again. Returns false if nothing is to be written, because the link leads out of the workspace, or nowhere.
 * Throws if the folder leads out of the workspace.
 */
export async function preparePlace(
  absolute: string,
  { disk, link }: DiskState,
  leadsOutside: LeadsOutside,
): Promise<boolean> {
  const folder = path.dirname(absolute);
  if (await leadsOutside(folder))
    throw new CodedError(
      'file.failed',
      `${folder} leads out of the workspace now, so ${absolute} was not restored. Restore the folder first.`,
    );
  const now = await linkAt(absolute);
  if (now !== link && (now !== undefined || link !== undefined)) {
    if (link !== undefined) await makeLink(link, absolute);
    else await rm(absolute, { force: true });
  }
  return link === undefined || (disk !== undefined && !(await leadsOutside(absolute)));
}

/** Writes the bytes of a file, with its folders. Does not follow a link, unless one is expected. */
export async function writeBytes(absolute: string, bytes: Uint8Array, link: string | undefined): Promise<void> {
  await mkdir(path.dirname(absolute), { recursive: true });
  const { O_WRONLY, O_CREAT, O_TRUNC } = constants;
  // Windows does not know O_NOFOLLOW.
  const noFollow = link === undefined ? (constants.O_NOFOLLOW ?? 0) : 0;
  await writeFile(absolute, bytes, { flag: O_WRONLY | O_CREAT | O_TRUNC | noFollow });
}
