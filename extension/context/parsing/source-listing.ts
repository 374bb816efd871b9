import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { languageOfFile } from './languages.ts';

/** Files of a workspace folder: their names below it, with `/`. */
export interface FolderListing {
  readonly folder: string;
  readonly names: readonly string[];
}

/** Names that are looked at, or sent, without a break. */
export const sliceNames = 2000;

/** The files of known languages among them, absolute; other work gets its turn in between. */
export async function sourcesIn(listings: readonly FolderListing[]): Promise<string[]> {
  const files: string[] = [];
  for (const { folder, names } of listings) {
    for (const [at, name] of names.entries()) {
      if (languageOfFile(name) !== undefined) files.push(path.join(folder, name));
      if (at % sliceNames === 0) await setImmediate();
    }
  }
  return files;
}

/** One file of each language, that all of their grammars are loaded. */
export function sampleOfEach(files: readonly string[]): readonly string[] {
  return [...new Map(files.map((file) => [languageOfFile(file), file])).values()];
}
