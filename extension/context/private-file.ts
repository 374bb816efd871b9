import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/**
 * Replaces a file as a whole: a crash or a full disk leaves the old one. Only the user can read it, and a folder made
 * for it. The pieces are written one after the other.
 */
export async function replacePrivateFile(file: string, pieces: Iterable<string | Uint8Array>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const part = `${file}.${randomUUID()}`;
  try {
    const handle = await open(part, 'wx', 0o600);
    try {
      for (const piece of pieces) await handle.appendFile(piece);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
