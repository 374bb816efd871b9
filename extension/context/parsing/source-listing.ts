import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { languageOfFile, type Language } from './languages.ts';

/** Files of a workspace folder: their names below it, with `/`. */
export interface FolderListing {
  readonly folder: string;
  readonly names: readonly string[];
}

/** Names that are looked at, or sent, without a break. */
export const sliceNames = 1000;

export interface Sources {
  /** Files of known languages, absolute. */
  readonly files: readonly string[];
  /** One of each language, to load their grammars by. */
  readonly samples: readonly string[];
}

/** The sources among the files; other work gets its turn in between. */
export async function sourcesIn(listings: readonly FolderListing[]): Promise<Sources> {
  const files: string[] = [];
  const samples = new Map<Language, string>();
  for (const { folder, names } of listings) {
    for (let at = 0; at < names.length; at++) {
      if (at % sliceNames === 0) await setImmediate();
      const language = languageOfFile(names[at] as string);
      if (language === undefined) continue;
      const file = path.join(folder, names[at] as string);
      files.push(file);
      if (!samples.has(language)) samples.set(language, file);
    }
  }
  return { files, samples: [...samples.values()] };
}
