import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { languageOfFile, type Language } from './languages.ts';

/** Files of a workspace folder; names are relative to it, with `/`. */
export interface FolderListing {
  readonly folder: string;
  readonly names: readonly string[];
}

/** Names handled or sent in one go, before other work gets a turn. */
export const sliceNames = 1000;

export interface Sources {
  /** Files of known languages, absolute. */
  readonly files: readonly string[];
  /** One file per language: they tell which grammars to load. */
  readonly samples: readonly string[];
}

/**
 * Finds the sources among the files; yields to other work in between. A file that lies in several of the folders, as
 * when one is in another or leads to it, is named by the first of them.
 */
export async function sourcesIn(listings: readonly FolderListing[]): Promise<Sources> {
  const files: string[] = [];
  const samples = new Map<Language, string>();
  const seen = listings.length > 1 ? new Set<string>() : undefined;
  for (const { folder, names } of listings) {
    const real = seen && (await realPlace(folder));
    for (let at = 0; at < names.length; at++) {
      if (at % sliceNames === 0) await setImmediate();
      const language = languageOfFile(names[at] as string);
      if (language === undefined) continue;
      if (real !== undefined) {
        const place = path.join(real, names[at] as string);
        if (seen?.has(place) === true) continue;
        seen?.add(place);
      }
      const file = path.join(folder, names[at] as string);
      files.push(file);
      if (!samples.has(language)) samples.set(language, file);
    }
  }
  return { files, samples: [...samples.values()] };
}

/** Those of the paths that are folders or sources, now. */
export async function sourcePlaces(paths: readonly string[]): Promise<readonly string[]> {
  const are = await Promise.all(paths.map(isSourcePlace));
  return paths.filter((_, at) => are[at]);
}

/** The places, or folders around the deepest of them: not more than `most`. */
export function fewPlaces(places: readonly string[], most: number): readonly string[] {
  const depth = (place: string): number => place.split(path.sep).length;
  let few = places;
  while (few.length > most) {
    const deepest = Math.max(...few.map(depth));
    few = [...new Set(few.map((place) => (depth(place) === deepest ? path.dirname(place) : place)))];
  }
  return few;
}

/** Lists folders of a workspace; with `places` only what is at or below these, whatever links lead there. */
export async function listFolders(
  folders: readonly string[],
  places: readonly string[] | undefined,
  list: (folder: string, only: readonly string[] | undefined) => Promise<readonly string[]>,
): Promise<readonly FolderListing[]> {
  const isOne = folders.length === 1;
  const real = isOne ? places : places && (await Promise.all(places.map(realPlace)));
  return Promise.all(
    folders.map(async (folder) => {
      const only = real && placesIn(isOne ? folder : await realPlace(folder), real);
      return { folder, names: only?.length === 0 ? [] : await list(folder, only) };
    }),
  );
}

/** The path without symbolic links, as the file system writes it; the path itself where there is nothing. */
async function realPlace(place: string): Promise<string> {
  try {
    return await realpath(place);
  } catch {
    return place;
  }
}

/** The places in a folder, relative to it with `/`; undefined if one of them is the folder or around it. */
export function placesIn(folder: string, places: readonly string[]): readonly string[] | undefined {
  const names = places.map((place) => path.relative(folder, place).split(path.sep));
  if (names.some((parts) => parts.every((part) => part === '' || part === '..'))) return undefined;
  return names.filter(([first = '']) => first !== '..' && !path.isAbsolute(first)).map((parts) => parts.join('/'));
}

async function isSourcePlace(place: string): Promise<boolean> {
  try {
    const found = await lstat(place);
    return found.isDirectory() || (found.isFile() && languageOfFile(place) !== undefined);
  } catch {
    return false; // gone again, or out of reach
  }
}
