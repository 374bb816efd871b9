import { existsSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FoundModel } from '../../protocol/model.ts';
import { splitOf, splitPaths } from '../gguf/splits.ts';
import { depthMax, ggufFiles, isModelFile, type ModelFolders } from './model-folders.ts';
import { ollamaModels } from './ollama-models.ts';

/**
 * All models on this machine besides the one that ships: those of the own folders and of other programs' caches. A file
 * that several names lead to is listed once. Reads no file's contents but Ollama's manifests.
 */
export async function findModels(folders: ModelFolders): Promise<FoundModel[]> {
  const found: FoundModel[] = [];
  const own = folders.own.map((folder) => ({ folder, origin: 'moonwright' as const }));
  for (const { folder, origin } of [...own, ...folders.caches]) {
    for (const below of origin === 'hugging-face' ? await snapshotFolders(folder) : [folder]) {
      for (const path of (await ggufFiles(below, depthMax)).filter(isModelFile)) {
        const bytes = await bytesOf(path);
        if (bytes !== undefined) found.push({ name: fileModelName(path), path, bytes, origin });
      }
    }
  }
  for (const folder of folders.ollama)
    found.push(...(await ollamaModels(folder)).map((model) => ({ ...model, origin: 'ollama' as const })));
  const seen = new Set<string>();
  const distinct: FoundModel[] = [];
  for (const model of found) {
    const real = await realpath(model.path).catch(() => model.path);
    if (!seen.has(real)) distinct.push(model);
    seen.add(real);
  }
  return distinct;
}

/** The file of the model that Ollama calls `name`; a name without a tag means `latest`. */
export async function findOllamaFile(name: string, folders: ModelFolders): Promise<string | undefined> {
  const wanted = (name.includes(':') ? name : `${name}:latest`).toLowerCase();
  for (const folder of folders.ollama) {
    const model = (await ollamaModels(folder)).find((each) => each.name.toLowerCase() === wanted);
    if (model !== undefined) return model.path;
  }
  return undefined;
}

/** The name a file without an entry goes by: its own, without the extension and the split's number. */
export function fileModelName(path: string): string {
  return splitOf(path)?.prefix ?? basename(path).replace(/\.gguf$/i, '');
}

/** Of Hugging Face's cache only the folders of models: it also holds data sets. */
async function snapshotFolders(cache: string): Promise<string[]> {
  const names = await readdir(cache).catch(() => []);
  return names.filter((name) => name.startsWith('models--')).map((name) => join(cache, name, 'snapshots'));
}

/** Bytes of all files of a model; undefined when one is missing, as in the middle of a download. */
async function bytesOf(path: string): Promise<number | undefined> {
  let bytes = 0;
  for (const each of splitPaths(path)) {
    if (!existsSync(each)) return undefined;
    bytes += (await stat(each)).size;
  }
  return bytes;
}
