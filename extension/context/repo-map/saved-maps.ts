import { readFile } from 'node:fs/promises';
import { isRecord } from '../../workspace/is-record.ts';
import type { SourceFile } from '../../workspace/source-index.ts';
import { replacePrivateFile } from '../private-file.ts';

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
    this.#maps ??= readMaps(this.#file);
    const others = (await this.#maps).filter(({ key }) => key !== map.key);
    const maps = [map, ...others].slice(0, mapsMax);
    this.#maps = Promise.resolve(maps);
    await replacePrivateFile(this.#file, [JSON.stringify({ version, maps })]);
  }
}

async function readMaps(file: string): Promise<readonly KeptMap[]> {
  try {
    const read: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRecord(read) && read['version'] === version && Array.isArray(read['maps'])
      ? read['maps'].filter(isKept)
      : [];
  } catch {
    return []; // none saved yet, or broken: they are rebuilt
  }
}

function isKept(map: unknown): map is KeptMap {
  if (!isRecord(map) || typeof map['key'] !== 'string' || typeof map['text'] !== 'string') return false;
  const { digests } = map;
  return isRecord(digests) && Object.values(digests).every((digest) => typeof digest === 'number');
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
