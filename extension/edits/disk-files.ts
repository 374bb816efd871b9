import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
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

async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
