import { readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from '../workspace/file-errors.ts';
import type { PathPlace } from './policy.ts';
import { namesSecret } from './secret-names.ts';

/** Where these absolute paths are, with symlinks and `..` resolved, also for files that do not exist yet. */
export async function placeOf(paths: readonly string[], roots: readonly string[]): Promise<PathPlace> {
  const realRoots = await Promise.all(roots.map((root) => resolveReal(root)));
  const real = await Promise.all(paths.map((file) => resolveReal(file)));
  const relative = real.map((file, at) => relativeTo(file, realRoots) ?? paths[at] ?? file);
  return {
    outside: real.some((file) => relativeTo(file, realRoots) === undefined),
    secret: [...real, ...paths].some(namesSecret),
    relative: relative.map(withSlashes),
  };
}

/** On other systems a backslash is a character like any other, and a rule for `a\\b` says nothing about `a/b`. */
function withSlashes(file: string): string {
  return path.sep === '\\' ? file.replaceAll('\\', '/') : file;
}

/** More links in a row than any system follows. */
const linksMax = 40;

/** The path with every symlink on the way to it resolved, also links to what does not exist yet. */
async function resolveReal(file: string, links = 0): Promise<string> {
  const absolute = path.resolve(file);
  try {
    return await realpath(absolute);
  } catch (error) {
    const parent = path.dirname(absolute);
    if (parent === absolute || !isMissing(error)) return absolute;
    const real = path.join(await resolveReal(parent, links), path.basename(absolute));
    const target = links < linksMax ? await linkTarget(real) : undefined;
    return target === undefined ? real : resolveReal(path.resolve(path.dirname(real), target), links + 1);
  }
}

/** Target of a symlink; undefined for anything else. */
async function linkTarget(file: string): Promise<string | undefined> {
  try {
    return await readlink(file);
  } catch {
    // No link, or nothing there: the path is what it seems.
    return undefined;
  }
}

/** Undefined when the file is in none of the roots. */
function relativeTo(file: string, roots: readonly string[]): string | undefined {
  for (const root of roots) {
    const relative = path.relative(fold(root), fold(file));
    if (relative === '' || (!relative.startsWith(`..${path.sep}`) && relative !== '..' && !path.isAbsolute(relative)))
      return file.slice(root.length).replace(/^[\\/]/, '') || '.';
  }
  return undefined;
}

/** On Windows and macOS `SRC` and `src` are the same file. */
function fold(file: string): string {
  return process.platform === 'win32' || process.platform === 'darwin' ? file.toLowerCase() : file;
}
