import { execFile } from 'node:child_process';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LinePlace } from './command-place.ts';
import type { IsHidden } from './hidden-files.ts';
import { readingsOf, type Reading, type Tree } from './shell/read-only-commands.ts';
import { matchesGlob } from './shell/glob-match.ts';
import type { ShellLine } from './shell/shell-line.ts';
import { searchesOf } from './shell/shown-files.ts';

const run = promisify(execFile);
/** A search of more files than this is asked for: they cannot all be looked at here. */
const entriesMax = 5000;
const gitOutputMax = 4_000_000;
const gitMs = 3000;

/** What a line may show. */
export interface Limits {
  readonly isHidden: IsHidden;
  /** Folders of the workspace. */
  readonly roots: readonly string[];
}

/**
 * Whether the line surely does nothing but show files of the workspace that may be shown. `place` says where the files
 * are that it names.
 */
export async function onlyReads(line: ShellLine, place: LinePlace, limits: Limits): Promise<boolean> {
  const { isHidden } = limits;
  const readings = readingsOf(line);
  if (readings === undefined || place.secret || !place.known || place.namesOutside || place.relative.some(isHidden))
    return false;
  // Before git runs here, also to list names: nothing of a repository that someone made up may run.
  if (readings.some(({ usesGit }) => usesGit === true) && !(await all(place.bases, isUsualRepository))) return false;
  return await all(readings, (reading) => all(place.bases, (base) => showsNothingHidden(reading, base, limits)));
}

/**
 * Whether the line goes through folders or changes of files and may show hidden ones, in any mode: `grep -r x .` names
 * no secret.
 */
export async function mayFind(line: ShellLine, { bases, known }: LinePlace, limits: Limits): Promise<boolean> {
  const searches = searchesOf(line);
  if (searches.length === 0) return false;
  if (!known) return true;
  if (searches.some(({ usesGit }) => usesGit === true) && !(await all(bases, isUsualRepository))) return true;
  return !(await all(searches, (search) => all(bases, (base) => showsNothingHidden(search, base, limits, true))));
}

async function any<T>(list: readonly T[], holds: (one: T) => Promise<boolean>): Promise<boolean> {
  for (const one of list) if (await holds(one)) return true;
  return false;
}

async function all<T>(list: readonly T[], holds: (one: T) => Promise<boolean>): Promise<boolean> {
  for (const one of list) if (!(await holds(one))) return false;
  return true;
}

async function showsNothingHidden(
  reading: Reading,
  base: string,
  limits: Limits,
  failingShowsNothing = false,
): Promise<boolean> {
  const { gitNames, storedFiles = [], files = [], trees } = reading;
  if (await any(files, (file) => isFolder(path.resolve(base, file)))) return false;
  if (gitNames !== undefined || storedFiles.length > 0) {
    const names = gitNames === undefined ? [] : await gitOutput(gitNames, base);
    if (names === 'failed' && failingShowsNothing && storedFiles.length === 0) return true;
    if (typeof names === 'string' || !(await mayBeShown([...storedFiles, ...names], base, limits))) return false;
  }
  return await all(trees, (tree) => holdsNothingHidden(tree, base, limits.isHidden));
}

/** Whether these files of a repository are in the workspace, and not hidden. Those with `./` are relative to `base`. */
async function mayBeShown(names: readonly string[], base: string, { isHidden, roots }: Limits): Promise<boolean> {
  const here = await realpath(base).catch(() => base); // no such folder: nothing runs there
  const top = (await repositoryOf(here)) ?? here;
  const real = await Promise.all(roots.map(async (root) => [root, await realpath(root).catch(() => root)] as const));
  return names.every((name) => {
    const file = path.resolve(/^\.\.?(?:\/|$)/.test(name) ? here : top, name);
    const inside = real.flatMap(([root, folder]) => {
      const relative = path.relative(folder, file);
      const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
      return outside ? [] : [path.join(root, relative)];
    });
    return inside.length > 0 && !inside.some(isHidden);
  });
}

/** Git runs what the configuration of a repository says, and a folder with a `HEAD` may be one that someone made up. */
async function isUsualRepository(folder: string): Promise<boolean> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await exists(path.join(at, '.git'))) return true;
    if (await exists(path.join(at, 'HEAD'))) return false;
    if (path.dirname(at) === at) return true;
  }
}

/** The folder of the repository; undefined outside of any. */
async function repositoryOf(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await exists(path.join(at, '.git'))) return at;
    if (path.dirname(at) === at) return undefined;
  }
}

/** The names that git lists; `failed` without a repository or with unknown names of commits. */
async function gitOutput(words: readonly string[], folder: string): Promise<readonly string[] | 'failed' | 'unknown'> {
  try {
    const { stdout } = await run('git', ['--no-optional-locks', '--no-pager', ...words], {
      cwd: folder,
      maxBuffer: gitOutputMax,
      timeout: gitMs,
    });
    return stdout.split(/[\0\n]/).filter((name) => name !== '');
  } catch (thrown) {
    // It ended by itself, or took too long or listed more than can be looked at.
    return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' ? 'failed' : 'unknown';
  }
}

/** Whether a search in these folders meets no hidden file. Dependencies hold none of the user's. */
async function holdsNothingHidden(tree: Tree, base: string, isHidden: IsHidden): Promise<boolean> {
  const { words, skipsDotFiles, without, named: globs = [] } = tree;
  const named = words.map((word) => path.resolve(base, word));
  const folders = await Promise.all(named.map(async (file) => ((await isFolder(file)) ? file : undefined)));
  const found = folders.filter((folder) => folder !== undefined);
  const open = found.length > 0 ? found : [base];
  let seen = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // gone, or not to be read
    seen += entries.length;
    if (seen > entriesMax) return false;
    for (const entry of entries) {
      const file = path.join(folder, entry.name);
      if (without?.has(entry.name) === true || (skipsDotFiles && entry.name.startsWith('.'))) continue;
      if (globs.every((glob) => matchesGlob(glob.toLowerCase(), entry.name.toLowerCase())) && isHidden(file))
        return false;
      if (entry.isDirectory() && entry.name !== 'node_modules') open.push(file);
    }
  }
  return true;
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined)) !== undefined;
}

async function isFolder(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined))?.isDirectory() === true; // also behind a link
}
