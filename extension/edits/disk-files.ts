import type { Stats } from 'node:fs';
import { access, constants, mkdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';

/** Size, time and kind of the entry at a path; undefined if there is none. Rejects if the disk fails otherwise. */
export function statIfThere(absolute: string): Promise<Stats | undefined> {
  return ifThere(stat(absolute));
}

/** The bytes of a file; undefined if there is none. Rejects if the disk fails otherwise. */
export function bytesIfThere(absolute: string): Promise<Uint8Array | undefined> {
  return ifThere<Uint8Array>(readFile(absolute));
}

/** The UTF-8 text of a file; undefined if there is none. Rejects if the disk fails otherwise. */
export function textIfThere(absolute: string): Promise<string | undefined> {
  return ifThere(readFile(absolute, 'utf8'));
}

/** True if a file is there that its mode or the disk keeps from being written. */
export async function isReadOnly(absolute: string): Promise<boolean> {
  const found = await statIfThere(absolute);
  if (found === undefined) return false;
  // The root user may write anything, but an editor honours the mode.
  if ((found.mode & 0o222) === 0) return true;
  return access(absolute, constants.W_OK).then(
    () => false,
    () => true,
  );
}

/** Puts a symlink at a path, in place of the file that is there. */
export async function makeLink(target: string, absolute: string): Promise<void> {
  await mkdir(path.dirname(absolute), { recursive: true });
  await rm(absolute, { force: true });
  await symlink(target, absolute);
}

async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
