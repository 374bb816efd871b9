import { mkdtempSync, openSync, closeSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import { fingerprintModel } from '../../../../native/daemon/models/fingerprint.ts';
import { text, uint32, writeGgufFile } from '../../../support/models/gguf-writer.ts';

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fingerprint-'));
  path = join(folder, 'model.gguf');
});
afterAll(() => rmSync(folder, { recursive: true }));

const model = (name: string, elements = 4_000_000) => ({
  metadata: { 'general.architecture': text('llama'), 'general.name': text(name), 'llama.block_count': uint32(1) },
  tensors: [{ name: 'token_embd.weight', dimensions: [elements], type: 'F32' as const }],
});

async function print(): Promise<string> {
  return Buffer.from(await fingerprintModel(path)).toString('hex');
}

function poke(offset: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from([1]), 0, 1, offset);
  closeSync(file);
}

describe('fingerprintModel', () => {
  it('is 32 bytes and the same for the same file', async () => {
    await writeGgufFile(path, model('a'));
    expect(await fingerprintModel(path)).toHaveLength(32);
    expect(await print()).toBe(await print());
    expect(Buffer.from(await fingerprintModel(path, await readHeader(path))).toString('hex')).toBe(await print());
  });

  it('changes with the metadata, the size and sampled weights', async () => {
    const size = await writeGgufFile(path, model('a'));
    const first = await print();
    poke(size - 1);
    expect(await print()).not.toBe(first);
    await writeGgufFile(path, model('b'));
    expect(await print()).not.toBe(first);
    await writeGgufFile(path, model('a', 4_000_008));
    expect(await print()).not.toBe(first);
  });

  it('sees every byte of a small model', async () => {
    const size = await writeGgufFile(path, model('a', 100_000));
    const first = await print();
    poke(Math.floor(size / 2));
    expect(await print()).not.toBe(first);
  });
});
