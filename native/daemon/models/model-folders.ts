import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { ModelOrigin } from '../../protocol/model.ts';
import { splitOf, splitPaths } from '../gguf/splits.ts';
import { embeddedModelName, matchesFile } from './catalogue.ts';
import type { CatalogueEntry } from './catalogue.ts';

/** Folders that may hold models. The daemon only reads them. */
export interface ModelFolders {
  /** Folders with GGUF files, up to four levels deep. */
  readonly own: readonly string[];
  /** The folders that caches use for the repository `owner/name`. */
  readonly repositories: (source: string) => readonly string[];
  /** The folders of other programs' models, as a whole. */
  readonly caches: readonly { readonly folder: string; readonly origin: ModelOrigin }[];
  /** Ollama's folders, with manifests and blobs. */
  readonly ollama: readonly string[];
}

/** How deep folders are searched. */
export const depthMax = 4;

/**
 * This user's folders: `models` in the state directory, MOONWRIGHT_MODELS, and where Hugging Face, LM Studio, llama.cpp
 * and Ollama keep theirs.
 */
export function userModelFolders(
  stateDirectory: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
  home = homedir(),
): ModelFolders {
  const extra = environment['MOONWRIGHT_MODELS'];
  const hub = environment['HF_HUB_CACHE'] ?? join(environment['HF_HOME'] ?? join(home, '.cache', 'huggingface'), 'hub');
  const own = [extra, stateDirectory === undefined ? undefined : join(stateDirectory, 'models')].filter(
    (folder) => folder !== undefined,
  );
  const studio = [join(home, '.lmstudio', 'models'), join(home, '.cache', 'lm-studio', 'models')];
  const llama = environment['LLAMA_CACHE'] ?? join(cacheFolder(environment, home), 'llama.cpp');
  const ollama = environment['OLLAMA_MODELS'];
  return {
    own,
    caches: [
      { folder: hub, origin: 'hugging-face' },
      ...studio.map((folder) => ({ folder, origin: 'lm-studio' as const })),
      { folder: llama, origin: 'llama.cpp' },
    ],
    // As a service of Linux it has a home of its own.
    ollama: ollama === undefined ? [join(home, '.ollama', 'models'), '/usr/share/ollama/.ollama/models'] : [ollama],
    repositories: (source) => [
      join(hub, `models--${source.replace('/', '--')}`, 'snapshots'),
      ...studio.map((folder) => join(folder, source)),
    ],
  };
}

/** Where this system's programs keep their caches. */
function cacheFolder(environment: NodeJS.ProcessEnv, home: string): string {
  if (process.platform === 'win32') return environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches');
  return environment['XDG_CACHE_HOME'] ?? join(home, '.cache');
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
  // llama.cpp's own cache has no folders: the file's name begins with its repository's.
  const flat = folders.caches.filter(({ origin }) => origin === 'llama.cpp').map(({ folder }) => folder);
  for (const folder of [...folders.own, ...flat])
    found.push(...(await ggufFiles(folder, depthMax)).filter((path) => matchesFile(entry, basename(path))));
  for (const folder of cached) found.push(...(await ggufFiles(folder, depthMax)));
  // In the middle of a download some splits are there and others are not.
  const firsts = found.filter((path) => isModelFile(path) && splitPaths(path).every((each) => existsSync(each)));
  const rank = (path: string): number => {
    const index = entry.quantisations.findIndex((each) =>
      basename(path).toLowerCase().includes(each.name.toLowerCase()),
    );
    return index === -1 ? entry.quantisations.length : index;
  };
  return firsts.sort((a, b) => rank(a) - rank(b))[0];
}

/** Whether a .gguf file is what loading a model begins with: no later split, and no projector for images. */
export function isModelFile(path: string): boolean {
  return (splitOf(path)?.number ?? 1) === 1 && !/^mmproj|[-_.]mmproj[-_.]/i.test(basename(path));
}

/** Paths of all .gguf files below `folder`; nothing where it is absent or closed to us. */
export async function ggufFiles(folder: string, depth: number): Promise<string[]> {
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
