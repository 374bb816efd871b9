import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

interface Place {
  readonly compressed: boolean;
  readonly bytes: number;
  /** Where the entry's own header begins. */
  readonly offset: number;
}

/** The files in a ZIP file, such as a VSIX. Reads neither encrypted files nor ZIP64. */
export class ZipEntries {
  readonly #zip: Buffer;
  readonly #places = new Map<string, Place>();

  constructor(file: string) {
    this.#zip = readFileSync(file);
    const end = this.#zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
    if (end < 0) throw new Error(`${file} is not a ZIP file.`);
    let at = this.#zip.readUInt32LE(end + 16);
    for (let left = this.#zip.readUInt16LE(end + 10); left > 0; left--) {
      const nameBytes = this.#zip.readUInt16LE(at + 28);
      this.#places.set(this.#zip.toString('utf8', at + 46, at + 46 + nameBytes), {
        compressed: this.#zip.readUInt16LE(at + 10) !== 0,
        bytes: this.#zip.readUInt32LE(at + 20),
        offset: this.#zip.readUInt32LE(at + 42),
      });
      at += 46 + nameBytes + this.#zip.readUInt16LE(at + 30) + this.#zip.readUInt16LE(at + 32);
    }
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  get names(): string[] {
    return [...this.#places.keys()];
  }

  /** The text of a file; throws where there is none of that name. */
  text(name: string): string {
    return this.bytes(name).toString('utf8');
  }

  /** The content of a file; throws where there is none of that name. */
  bytes(name: string): Buffer {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`There is no ${name} in the ZIP file.`);
    const { offset, bytes, compressed } = place;
    const start = offset + 30 + this.#zip.readUInt16LE(offset + 26) + this.#zip.readUInt16LE(offset + 28);
    const content = this.#zip.subarray(start, start + bytes);
    return compressed ? inflateRawSync(content) : content;
  }
}
