import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** What is at a path; undefined when nothing is. Rejects with any other failure of the disk. */
export async function statIfThere(absolute: string): Promise<Stats | undefined> {
  try {
    return await stat(absolute);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The UTF-8 text of a file; undefined when there is none. Rejects with any other failure of the disk. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
