import { appendFile, chmod, readFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { isMissing } from '../../workspace/file-errors.ts';
import { replacePrivateFile } from '../private-file.ts';
import type { PackedFile } from './thread-messages.ts';

/** Facts of one file, with its time, size and hash to detect later changes. */
export interface SavedFile {
  readonly path: string;
  readonly modified: number; // ms
  readonly size: number;
  /** Hash of the bytes. */
  readonly hash: string;
  /** The facts as saved: a line of JSON, then the definitions as JSON. */
  readonly body: Buffer;
}

/** Every record begins with this, so that those after a damaged one are found again. */
const marker = Buffer.from('\nMWr');
/** The marker, the length and the checksum. */
const headBytes = marker.length + 8;
/** Records written at once when the file is replaced. */
const batch = 500;

/**
 * The facts on disk: a line that names the version, then records, each with its length and checksum; the last record of
 * a file counts. Records are only appended, one write per batch, so that a crash costs the last batch at most. Damage
 * costs the damaged records only. Those that were written by another version count as absent.
 */
export class RecordLog {
  readonly #file: string;
  readonly #version: string;
  #bytes = 0; // in the file when it was read

  constructor(file: string, version: string) {
    this.#file = file;
    this.#version = `moonwright source index 2 ${version}\n`;
  }

  /** All saved records. Rewrites the file when it is of another version or damaged. */
  async read(): Promise<Map<string, SavedFile>> {
    const bytes = await bytesIfThere(this.#file);
    const saved = new Map<string, SavedFile>();
    const start = Buffer.byteLength(this.#version);
    if (bytes === undefined || bytes.subarray(0, start).toString() !== this.#version) {
      await this.rewrite([]);
      return saved;
    }
    this.#bytes = bytes.length;
    let isWhole = true;
    for (let at = start; at < bytes.length;) {
      const found = recordAt(bytes, at);
      if (found !== undefined) saved.set(found.saved.path, found.saved);
      else isWhole = false;
      const next = found?.end ?? bytes.indexOf(marker, at + 1);
      at = next < 0 ? bytes.length : next;
    }
    if (isWhole) await chmod(this.#file, 0o600);
    else await this.rewrite([...saved.values()]);
    return saved;
  }

  async append(files: readonly SavedFile[]): Promise<void> {
    if (files.length > 0) await appendFile(this.#file, Buffer.concat(files.map(record)), { mode: 0o600 });
  }

  /** Replaces all records, atomically. */
  async rewrite(files: readonly SavedFile[]): Promise<void> {
    const pieces = function* (version: string): Generator<string | Buffer> {
      yield version;
      for (let at = 0; at < files.length; at += batch) yield Buffer.concat(files.slice(at, at + batch).map(record));
    };
    await replacePrivateFile(this.#file, pieces(this.#version));
  }

  /** Drops all other records when these are less than half of the file. */
  async settle(kept: readonly SavedFile[]): Promise<void> {
    const live = kept.reduce((sum, { body }) => sum + body.length, 0);
    if (this.#bytes > 2 * live + (1 << 20)) await this.rewrite(kept);
  }
}

/** The body of a record: the packed facts. */
export function bodyOf({ facts, definitions }: PackedFile): Buffer {
  return Buffer.concat([Buffer.from(`${facts}\n`), definitions]);
}

export function packedOf({ path: file, body }: SavedFile): PackedFile {
  const line = body.indexOf(10);
  // Copied: a view would be sent together with the whole buffer it looks into.
  return { path: file, facts: body.subarray(0, line).toString(), definitions: new Uint8Array(body.subarray(line + 1)) };
}

/** The record that begins here; undefined if none does, or it is damaged. */
function recordAt(bytes: Buffer, at: number): { readonly saved: SavedFile; readonly end: number } | undefined {
  const lengthAt = at + marker.length;
  if (at + headBytes > bytes.length || !bytes.subarray(at, lengthAt).equals(marker)) return undefined;
  const end = at + headBytes + bytes.readUInt32LE(lengthAt);
  const payload = bytes.subarray(at + headBytes, end);
  if (end > bytes.length || crc32(payload) !== bytes.readUInt32LE(lengthAt + 4)) return undefined;
  const line = payload.indexOf(10);
  const [file, modified, size, hash] = JSON.parse(payload.subarray(0, line).toString()) as [
    string,
    number,
    number,
    string,
  ];
  return { saved: { path: file, modified, size, hash, body: payload.subarray(line + 1) }, end };
}

function record({ path: file, modified, size, hash, body }: SavedFile): Buffer {
  const line = Buffer.from(`${JSON.stringify([file, modified, size, hash])}\n`);
  const payload = Buffer.concat([line, body]);
  const head = Buffer.alloc(headBytes);
  marker.copy(head);
  head.writeUInt32LE(payload.length, marker.length);
  head.writeUInt32LE(crc32(payload), marker.length + 4);
  return Buffer.concat([head, payload]);
}

async function bytesIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
