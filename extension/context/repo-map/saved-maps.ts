import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SourceFile } from '../../workspace/source-index.ts';

/** A map with the inputs it was built from. */
export interface KeptMap {
  /** The model that tokens were counted for, and the budget. */
  readonly key: string;
  readonly text: string;
  /** A digest of each file's definitions. */
  readonly digests: Readonly<Record<string, number>>;
}

const version = 1;
/** Number of maps to keep. */
const mapsMax = 4;

/** Saves maps over a reload: with the same bytes the model need not read them again. */
export class SavedMaps {
  readonly #file: string;
  #maps: Promise<readonly KeptMap[]> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  async find(key: string): Promise<KeptMap | undefined> {
    this.#maps ??= readMaps(this.#file);
    return (await this.#maps).find((map) => map.key === key);
  }

  /** Replaces the map with the same key. Rejects when it cannot be written; this window still has it. */
  async keep(map: KeptMap): Promise<void> {
    const others = ((await this.#maps) ?? []).filter(({ key }) => key !== map.key);
    const maps = [map, ...others].slice(0, mapsMax);
    this.#maps = Promise.resolve(maps);
    await mkdir(path.dirname(this.#file), { recursive: true });
    const fresh = `${this.#file}.new`;
    await writeFile(fresh, JSON.stringify({ version, maps }));
    await rename(fresh, this.#file);
  }
}

async function readMaps(file: string): Promise<readonly KeptMap[]> {
  try {
    const read: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isKept(read) ? read.maps : [];
  } catch {
    return []; // none saved yet, or broken: they are rebuilt
  }
}

function isKept(value: unknown): value is { readonly maps: readonly KeptMap[] } {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('version' in value) ||
    value.version !== version ||
    !('maps' in value) ||
    !Array.isArray(value.maps)
  )
    return false;
  return value.maps.every(
    (map: unknown) =>
      typeof map === 'object' &&
      map !== null &&
      'key' in map &&
      typeof map.key === 'string' &&
      'text' in map &&
      typeof map.text === 'string' &&
      'digests' in map &&
      typeof map.digests === 'object' &&
      map.digests !== null,
  );
}

const digests = new WeakMap<SourceFile, number>();

/** A digest of a file's definitions (FNV-1a over kinds and signatures); other changes do not affect the map. */
export function digestOf(file: SourceFile): number {
  const known = digests.get(file);
  if (known !== undefined) return known;
  let hash = 0x811c9dc5;
  for (const { signature, kind } of file.definitions) {
    for (const text of [kind, signature])
      for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 10, 0x01000193);
  }
  digests.set(file, hash >>> 0);
  return hash >>> 0;
}
