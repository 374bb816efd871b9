import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Stores contents by their SHA-256, each once, in one folder. */
export class BlobStore {
  readonly #folder: string;
  readonly #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Stores the bytes; returns their name. */
  async put(bytes: Uint8Array): Promise<string> {
    const name = createHash('sha256').update(bytes).digest('hex');
    if (this.#known.has(name)) return name;
    const file = this.#file(name);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const part = `${file}.${randomUUID()}`;
    try {
      await writeFile(part, bytes, { mode: 0o600 });
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    this.#known.add(name);
    return name;
  }

  /** The bytes of a name. Rejects if they are gone or damaged. */
  async get(name: string): Promise<Uint8Array> {
    const bytes = await readFile(this.#file(name));
    if (createHash('sha256').update(bytes).digest('hex') !== name)
      throw new Error(`The checkpoint's copy ${name} is damaged.`);
    return bytes;
  }

  #file(name: string): string {
    return path.join(this.#folder, name.slice(0, 2), name);
  }
}
