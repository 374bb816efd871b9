import type { Dirent } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A model that Ollama keeps. Its file has no name of its own: it is a blob, named by its hash. */
export interface OllamaModel {
  /** As Ollama shows it: `qwen2.5-coder:7b`, `owner/model:tag`, or with another host before it. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/** Folders of manifests below Ollama's folder, and the host that they leave out of a name. */
const stores = [
  { folder: 'manifests-v2', host: 'ollama.com' },
  { folder: 'manifests', host: 'registry.ollama.ai' },
] as const;
const weights = 'application/vnd.ollama.image.model';
const manifestBytesMax = 1024 * 1024;

/** The GGUF models below Ollama's folder, each name once. Manifests that cannot be read are left out. */
export async function ollamaModels(folder: string): Promise<OllamaModel[]> {
  const found = new Map<string, OllamaModel>();
  for (const { folder: store, host: usual } of stores) {
    for (const path of await manifestsBelow(join(folder, store), [])) {
      const [host = '', ...names] = path;
      const name = nameOf(host === usual ? names : path);
      const model = found.has(name) ? undefined : await readManifest(folder, join(folder, store, ...path), name);
      if (model !== undefined) found.set(name, model);
    }
  }
  return [...found.values()];
}

/** Paths of manifests, as the names of their folders: host, owner, model and tag. */
async function manifestsBelow(folder: string, names: readonly string[]): Promise<string[][]> {
  const entries: Dirent[] = await readdir(join(folder, ...names), { withFileTypes: true }).catch(() => []);
  const found: string[][] = [];
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name))) {
    const path = [...names, entry.name];
    if (entry.name.startsWith('.')) continue;
    if (path.length < 4 && entry.isDirectory()) found.push(...(await manifestsBelow(folder, path)));
    // A tag of the second store may be a link to the manifest's blob.
    else if (path.length === 4 && !entry.isDirectory()) found.push(path);
  }
  return found;
}

function nameOf(names: readonly string[]): string {
  const path = names.slice(0, -1);
  const short = path.length === 2 && path[0] === 'library' ? path.slice(1) : path;
  return `${short.join('/')}:${names.at(-1) ?? ''}`;
}

async function readManifest(folder: string, file: string, name: string): Promise<OllamaModel | undefined> {
  const digest = digestIn(await readValue(file));
  if (digest === undefined) return undefined;
  const path = join(folder, 'blobs', digest.replace(':', '-'));
  const bytes = await stat(path).then(
    (facts) => (facts.isFile() ? facts.size : undefined),
    () => undefined,
  );
  return bytes === undefined ? undefined : { name, path, bytes };
}

async function readValue(file: string): Promise<unknown> {
  try {
    if ((await stat(file)).size > manifestBytesMax) return undefined;
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The hash of the weights in a manifest, or in the first of a list that has some. It becomes the name of a file. */
function digestIn(manifest: unknown): string | undefined {
  const { layers, manifests } = fieldsOf(manifest);
  for (const layer of Array.isArray(layers) ? layers : []) {
    const { mediaType, digest } = fieldsOf(layer);
    if (mediaType === weights && typeof digest === 'string' && /^sha256[:-][0-9a-f]{64}$/.test(digest)) return digest;
  }
  for (const each of Array.isArray(manifests) ? manifests : []) {
    const digest = digestIn({ layers: fieldsOf(each).layers });
    if (digest !== undefined) return digest;
  }
  return undefined;
}

function fieldsOf(value: unknown): { mediaType?: unknown; digest?: unknown; layers?: unknown; manifests?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}
