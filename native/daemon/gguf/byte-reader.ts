import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { CodedError } from '../../protocol/coded-error.ts';
import { invalidModel } from './invalid-model.ts';

const chunkBytes = 1 << 20;
/** Without O_NONBLOCK, opening a pipe without a writer blocks for ever. Windows does not have the flag. */
const readAtOnce = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads little-endian values from the front of a file, in chunks, and never past its end. Values are taken
 * synchronously when they are at hand; callers `await fill(n)` first when `has(n)` is false. Throws model.invalid.
 */
export class ByteReader {
  readonly name: string; // for messages
  readonly sizeBytes: number;
  private readonly handle: FileHandle;
  private buffer = Buffer.alloc(0);
  private bufferStart = 0; // file offset of buffer[0]
  private cursor = 0; // index into buffer

  private constructor(handle: FileHandle, name: string, sizeBytes: number) {
    this.handle = handle;
    this.name = name;
    this.sizeBytes = sizeBytes;
  }

  /** Opens `path`; messages call it `name`. Throws model.missing, and model.invalid unless it is a regular file. */
  static async open(path: string, name: string): Promise<ByteReader> {
    const handle = await openFile(path, name);
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) throw invalidModel(name, 'is not a file', 'give the path of a .gguf file');
      return new ByteReader(handle, name, facts.size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** File offset of the next value. */
  get position(): number {
    return this.bufferStart + this.cursor;
  }

  /** Bytes between here and the end of the file. */
  get remaining(): number {
    return this.sizeBytes - this.position;
  }

  has(bytes: number): boolean {
    return this.buffer.length - this.cursor >= bytes;
  }

  /** Makes the next `bytes` bytes readable. Throws model.invalid when the file is too short. */
  async fill(bytes: number): Promise<void> {
    if (this.has(bytes)) return;
    if (bytes > this.remaining) throw this.truncated();
    const start = this.position;
    const wanted = Math.min(Math.max(bytes, chunkBytes), this.sizeBytes - start);
    const next = Buffer.allocUnsafe(wanted);
    let length = 0;
    while (length < wanted) {
      const { bytesRead } = await this.handle.read(next, length, wanted - length, start + length);
      if (bytesRead === 0) throw this.truncated();
      length += bytesRead;
    }
    this.buffer = next;
    this.bufferStart = start;
    this.cursor = 0;
  }

  /** The next `bytes` bytes, valid until the next fill. */
  take(bytes: number): Buffer {
    const taken = this.buffer.subarray(this.cursor, this.cursor + bytes);
    this.cursor += bytes;
    return taken;
  }

  uint32(): number {
    const value = this.buffer.readUInt32LE(this.cursor);
    this.cursor += 4;
    return value;
  }

  uint64(): bigint {
    const value = this.buffer.readBigUInt64LE(this.cursor);
    this.cursor += 8;
    return value;
  }

  /** A 64-bit count of at most `limit`; `what` names it in the refusal. */
  count(limit: number, what: string): number {
    const value = this.uint64();
    if (value > BigInt(limit)) throw invalidModel(this.name, `claims ${value} ${what}, more than any model has`);
    return Number(value);
  }

  truncated(): CodedError {
    return invalidModel(
      this.name,
      `ends inside its header, after ${this.sizeBytes} bytes: it is incomplete`,
      'download it again',
    );
  }
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, readAtOnce);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new CodedError('model.missing', `There is no file ${name}; check the path.`, { cause });
    }
    throw invalidModel(name, `cannot be opened (${String(code)})`, 'check its permissions');
  }
}
