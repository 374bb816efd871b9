import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { CodedError } from '../../protocol/coded-error.ts';
import type { GgufHeader } from '../gguf/gguf-header.ts';
import { readHeader } from '../gguf/read-header.ts';

const sampleBytes = 64 * 1024;
const samplesPerFile = 64;
const readBytes = 1024 * 1024;

/**
 * 32 bytes that tell one model's weights from another's without reading gigabytes: SHA-256 over each file's size, its
 * whole header and 64 blocks of its data, evenly spread, the last block included. Pass the header when it is at hand.
 * Throws what readHeader throws, and file.failed.
 */
export async function fingerprintModel(path: string, known?: GgufHeader): Promise<Uint8Array> {
  const header = known ?? (await readHeader(path));
  const hash = createHash('sha256');
  for (const file of header.files) {
    await addFile(hash, file.location, file.headerBytes ?? 0, file.sizeBytes ?? 0);
  }
  return new Uint8Array(hash.digest());
}

async function addFile(hash: Hash, path: string, headerBytes: number, sizeBytes: number): Promise<void> {
  hash.update(`${sizeBytes}:${headerBytes};`);
  try {
    const file = await open(path, 'r');
    try {
      const add = async (start: number, bytes: number): Promise<void> => {
        const buffer = Buffer.alloc(bytes);
        const { bytesRead } = await file.read(buffer, 0, bytes, start);
        hash.update(buffer.subarray(0, bytesRead));
      };
      for (let start = 0; start < headerBytes; start += readBytes)
        await add(start, Math.min(readBytes, headerBytes - start));
      for (const start of sampleStarts(headerBytes, sizeBytes))
        await add(start, Math.min(sampleBytes, sizeBytes - start));
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new CodedError('file.failed', 'The model file could not be read; check the disk and its permissions.', {
      cause,
    });
  }
}

function sampleStarts(from: number, to: number): number[] {
  const room = to - from;
  if (room <= sampleBytes * samplesPerFile) {
    return Array.from({ length: Math.max(0, Math.ceil(room / sampleBytes)) }, (_, index) => from + index * sampleBytes);
  }
  const step = (room - sampleBytes) / (samplesPerFile - 1);
  return Array.from({ length: samplesPerFile }, (_, index) => from + Math.round(index * step));
}
