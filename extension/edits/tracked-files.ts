import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { placesIn } from '../context/parsing/source-listing.ts';

const run = promisify(execFile);
const outputMax = 32 * 1024 * 1024;
/** More places than this would be too long for a command line: git is asked about everything. */
const placesMax = 200;
/** No program of the repository's configuration is started, and nothing is written. */
const settings = ['--no-optional-locks', '--literal-pathspecs', '-c', 'core.fsmonitor=false'];

interface GitPlaces {
  /** The git to run. */
  readonly git: string;
  /** Folders in repositories, absolute; those outside of a repository have no such files. */
  readonly roots: readonly string[];
  /** Asks only about what is at or below these paths, relative to the listed folder with `/`. */
  readonly only?: readonly string[] | undefined;
}

/** Files below a folder that git tracks although an ignore file names them; relative to the folder, with `/`. */
export async function trackedThoughIgnored(folder: string, { git, roots, only }: GitPlaces): Promise<string[]> {
  const found = await Promise.all(
    roots.map(async (root) => {
      const places =
        only &&
        placesIn(
          root,
          only.map((name) => path.join(folder, name)),
        );
      if (places?.length === 0) return [];
      const names = await ignoredNames(git, root, places === undefined || places.length > placesMax ? [] : places);
      return names.map((name) => path.relative(folder, path.join(root, name)).split(path.sep).join('/'));
    }),
  );
  return [...new Set(found.flat())];
}

async function ignoredNames(git: string, root: string, places: readonly string[]): Promise<readonly string[]> {
  const options = ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard', '--', ...places];
  try {
    const { stdout } = await run(git, [...settings, ...options], {
      cwd: root,
      maxBuffer: outputMax,
      windowsHide: true,
    });
    return stdout.split('\0').filter((name) => name !== '');
  } catch {
    return []; // no repository, or no git
  }
}
