import { lstat, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';

/**
 * The one name of a file that can be reached by several: every symlink on the way is resolved, and a folder of the
 * workspace is called as the workspace calls it. A file that does not exist is named by its folder.
 */
export async function oneName(absolute: string, folders: readonly string[]): Promise<string> {
  const real = await resolved(await presentName(absolute));
  for (const folder of folders) {
    const inside = path.relative(await resolved(folder), real);
    if (inside !== '..' && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside))
      return path.join(folder, inside);
  }
  return real;
}

/** Like `oneName`, but a symlink at the path itself is not followed. */
export async function linkName(absolute: string, folders: readonly string[]): Promise<string> {
  const present = await presentName(absolute);
  return path.join(await oneName(path.dirname(present), folders), path.basename(present));
}

/**
 * The path as the disk spells it, if only composed and decomposed letters differ: models write composed ones. A symlink
 * is not found that way: nobody has allowed what it leads to.
 */
export async function presentName(absolute: string): Promise<string> {
  if (/^[\x20-\x7e]*$/.test(absolute) || (await exists(absolute))) return absolute;
  const folder = await presentName(path.dirname(absolute));
  const wanted = path.basename(absolute).normalize('NFC');
  const entries = (await exists(folder)) ? await readdir(folder, { withFileTypes: true }).catch(() => []) : [];
  const found = entries.find((entry) => entry.name.normalize('NFC') === wanted && !entry.isSymbolicLink());
  return path.join(folder, found?.name ?? path.basename(absolute));
}

async function exists(absolute: string): Promise<boolean> {
  try {
    await lstat(absolute);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function resolved(absolute: string): Promise<string> {
  try {
    return await realpath(absolute);
  } catch (error) {
    const folder = path.dirname(absolute);
    if (!isMissing(error) || folder === absolute) throw error;
    return path.join(await resolved(folder), path.basename(absolute));
  }
}
