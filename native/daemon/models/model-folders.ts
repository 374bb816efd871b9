import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { splitOf } from '../gguf/splits.ts';
import { embeddedModelName, matchesFile } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue.ts';

/** Folders that may hold models. The daemon only reads them. */
export interface ModelFolders {
  /** Folders with GGUF files, up to four levels deep. */
  readonly own: readonly string[];
  /** The folders that caches use for the repository `owner/name`. */
  readonly repositories: (source: string) => readonly string[];
}

const depthMax = 4;

/** This user's folders: `models` in the state directory, MOONWRIGHT_MODELS, Hugging Face's and LM Studio's caches. */
export function userModelFolders(
  stateDirectory: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): ModelFolders {
  const home = homedir();
  const extra = environment['MOONWRIGHT_MODELS'];
  const hub = environment['HF_HUB_CACHE'] ?? join(environment['HF_HOME'] ?? join(home, '.cache', 'huggingface'), 'hub');
  const own = [extra, stateDirectory === undefined ? undefined : join(stateDirectory, 'models')].filter(
    (folder) => folder !== undefined,
  );
  return {
    own,
    repositories: (source) => [
      join(hub, `models--${source.replace('/', '--')}`, 'snapshots'),
      join(home, '.lmstudio', 'models', source),
      join(home, '.cache', 'lm-studio', 'models', source),
    ],
  };
}

/** The file of the model that ships with Moonwright: beside the sources, or beside or inside the bundle's folder. */
function embeddedModelPath(): string | undefined {
  const here = import.meta.dirname;
  const folders = [
    join(here, '..', '..', 'models'),
    join(here, 'models'),
    join(here, '..', 'native', 'models'),
    join(here, '..', 'models'),
  ];
  return folders.map((folder) => join(folder, `${embeddedModelName}.gguf`)).find((path) => existsSync(path));
}

/** The first file of a model of this entry on this machine, the recommended quantisation before others. */
export async function findModelFile(entry: CatalogueEntry, folders: ModelFolders): Promise<string | undefined> {
  if (entry.name === embeddedModelName) return embeddedModelPath();
  const cached = entry.source === undefined ? [] : folders.repositories(entry.source);
  const found: string[] = [];
  for (const folder of folders.own)
    found.push(...(await ggufFiles(folder, depthMax)).filter((path) => matchesFile(entry, basename(path))));
  for (const folder of cached) found.push(...(await ggufFiles(folder, depthMax)));
  const firsts = found.filter((path) => (splitOf(path)?.number ?? 1) === 1 && !basename(path).startsWith('mmproj'));
  const rank = (path: string): number => {
    const index = entry.quantisations.findIndex((each) =>
      basename(path).toLowerCase().includes(each.name.toLowerCase()),
    );
    return index === -1 ? entry.quantisations.length : index;
  };
  return firsts.sort((a, b) => rank(a) - rank(b))[0];
}

/** Paths of all .gguf files below `folder`; nothing where it is absent or closed to us. */
async function ggufFiles(folder: string, depth: number): Promise<string[]> {
  if (depth === 0 || !existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
    const path = join(folder, entry.name);
    // Hugging Face's cache holds links to its blobs.
    if ((entry.isFile() || entry.isSymbolicLink()) && entry.name.endsWith('.gguf')) files.push(path);
    else if (entry.isDirectory()) files.push(...(await ggufFiles(path, depth - 1)));
  }
  return files;
}
