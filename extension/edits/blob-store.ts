import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replacePrivateFile } from '../context/private-file.ts';

/** The name under which bytes are stored: their SHA-256. */
export function contentName(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Stores contents by their SHA-256, each once, in one folder. */
export class BlobStore {
  readonly #folder: string;
  readonly #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Stores the bytes; returns their name. */
  async put(bytes: Uint8Array): Promise<string> {
    const name = contentName(bytes);
    if (this.#known.has(name)) return name;
    const file = this.#file(name);
    await replacePrivateFile(file, [bytes]);
    this.#known.add(name);
    return name;
  }

  /** The bytes of a name. Rejects if they are gone or damaged. */
  async get(name: string): Promise<Uint8Array> {
    const bytes = await readFile(this.#file(name));
    if (contentName(bytes) !== name) throw new Error(`The checkpoint's copy ${name} is damaged.`);
    return bytes;
  }

  #file(name: string): string {
    return path.join(this.#folder, name.slice(0, 2), name);
  }
}
