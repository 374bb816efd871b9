import { execFile } from 'node:child_process';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { LinePlace } from './command-place.ts';
import type { IsHidden } from './hidden-files.ts';
import { readingsOf, type Reading, type Tree } from './shell/read-only-commands.ts';
import type { ShellLine } from './shell/shell-line.ts';

const run = promisify(execFile);
/** A search of more files than this is asked for: they cannot all be looked at here. */
const entriesMax = 5000;
const gitOutputMax = 4_000_000;
const gitMs = 3000;

/**
 * Whether the line surely does nothing but show files of the workspace that may be shown. `place` says where the files
 * are that it names.
 */
export async function onlyReads(line: ShellLine, place: LinePlace, isHidden: IsHidden): Promise<boolean> {
  const readings = readingsOf(line);
  if (readings === undefined || place.secret || !place.known || place.namesOutside || place.relative.some(isHidden))
    return false;
  // Before git runs here, also to list names: nothing of a repository that someone made up may run.
  if (readings.some(({ usesGit }) => usesGit === true) && !(await all(place.bases, isUsualRepository))) return false;
  return await all(readings, (reading) => all(place.bases, (base) => showsNothingHidden(reading, base, isHidden)));
}

async function all<T>(list: readonly T[], holds: (one: T) => Promise<boolean>): Promise<boolean> {
  for (const one of list) if (!(await holds(one))) return false;
  return true;
}

async function showsNothingHidden(reading: Reading, base: string, isHidden: IsHidden): Promise<boolean> {
  const { gitNames, trees } = reading;
  if (gitNames !== undefined && !(await gitShowsNothingHidden(gitNames, base, isHidden))) return false;
  return await all(trees, (tree) => holdsNothingHidden(tree, base, isHidden));
}

/** A folder that looks like a bare repository has a configuration of unknown origin, and git runs what that says. */
async function isUsualRepository(folder: string): Promise<boolean> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await exists(path.join(at, '.git'))) return true;
    const bare = await Promise.all(['HEAD', 'config', 'objects'].map((name) => exists(path.join(at, name))));
    if (bare.every(Boolean)) return false;
    if (path.dirname(at) === at) return true;
  }
}

async function gitShowsNothingHidden(words: readonly string[], folder: string, isHidden: IsHidden): Promise<boolean> {
  try {
    const { stdout } = await run('git', ['--no-optional-locks', '--no-pager', ...words], {
      cwd: folder,
      maxBuffer: gitOutputMax,
      timeout: gitMs,
    });
    return stdout.split(/[\0\n]/).every((name) => name === '' || !isHidden(name));
  } catch {
    // No repository, another kind of object, or more than can be looked at.
    return false;
  }
}

/** Whether a search in these folders meets no hidden file. Dependencies hold none of the user's. */
async function holdsNothingHidden({ words, skipsDotFiles }: Tree, base: string, isHidden: IsHidden): Promise<boolean> {
  const named = words.map((word) => path.resolve(base, word));
  const folders = await Promise.all(named.map(async (file) => ((await isFolder(file)) ? file : undefined)));
  const found = folders.filter((folder) => folder !== undefined);
  const excluded = new Set(words.map((word) => /^--exclude-dir=([\w.-]+)$/.exec(word)?.[1]));
  const open = found.length > 0 ? found : [base];
  let seen = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []); // gone, or not to be read
    seen += entries.length;
    if (seen > entriesMax) return false;
    for (const entry of entries) {
      const file = path.join(folder, entry.name);
      if (entry.name === 'node_modules' || excluded.has(entry.name) || (skipsDotFiles && entry.name.startsWith('.')))
        continue;
      if (isHidden(file)) return false;
      if (entry.isDirectory()) open.push(file);
    }
  }
  return true;
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined)) !== undefined;
}

async function isFolder(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined))?.isDirectory() === true;
}
