import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import { splitPaths } from '../../../../native/daemon/gguf/splits.ts';
import { ggufBytes, int32, text, uint16, uint32 } from '../../../support/models/gguf-writer.ts';
import type { WriteValue } from '../../../support/models/gguf-writer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gguf-splits-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (number: number): string => join(folder, `big-0000${number}-of-00003.gguf`);

function write(number: number, changed: Record<string, WriteValue> = {}, tensor = `blk.${number}.ffn_up.weight`): void {
  const own = { 'split.no': uint16(number - 1), 'split.count': uint16(3), 'split.tensors.count': int32(2) };
  const first: Record<string, WriteValue> =
    number === 1 ? { 'general.architecture': text('llama'), 'llama.block_count': uint32(4) } : {};
  const tensors = number === 1 ? [] : [{ name: tensor, dimensions: [32], type: 'F32' as const }];
  writeFileSync(file(number), ggufBytes({ metadata: { ...first, ...own, ...changed }, tensors }));
}

describe('a model in several files', () => {
  beforeEach(() => {
    for (const number of [1, 2, 3]) write(number);
  });

  it('is read whole, whichever file is named', async () => {
    for (const number of [1, 2, 3]) {
      const header = await readHeader(file(number));
      expect(header.files).toHaveLength(3);
      expect(header.tensors.map((tensor) => [tensor.name, tensor.file])).toEqual([
        ['blk.2.ffn_up.weight', 1],
        ['blk.3.ffn_up.weight', 2],
      ]);
    }
  });

  it('is refused with the name of the absent file', async () => {
    unlinkSync(file(2));
    await expect(readHeader(file(1))).rejects.toMatchObject({
      code: 'model.invalid',
      message:
        'The model is split into 3 files and big-00002-of-00003.gguf is not there; download all of them into one folder.',
    });
  });

  it('is refused when a file is of another model', async () => {
    write(3, { 'split.no': uint16(1) });
    await expect(readHeader(file(1))).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('does not belong'),
    });
  });

  it('is refused when a tensor is missing or comes twice', async () => {
    write(3, {}, 'blk.2.ffn_up.weight');
    await expect(readHeader(file(1))).rejects.toMatchObject({ code: 'model.invalid' });
    write(3);
    write(1, { 'split.tensors.count': int32(9) });
    await expect(readHeader(file(1))).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('hold 2 tensors instead of 9'),
    });
  });

  it('is refused when the split number has a type the native loader asserts on', async () => {
    write(2, { 'split.no': uint32(1) });
    await expect(readHeader(file(1))).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('split.no'),
    });
  });

  it('is refused when it was renamed', async () => {
    const renamed = join(folder, 'renamed.gguf');
    const metadata = { 'general.architecture': text('llama'), 'split.no': uint16(0), 'split.count': uint16(3) };
    writeFileSync(renamed, ggufBytes({ metadata, tensors: [{ name: 'a', dimensions: [4], type: 'F32' }] }));
    await expect(readHeader(renamed)).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('original names'),
    });
  });

  it('lists its files in order', () => {
    expect(splitPaths('/m/x-00002-of-00003.gguf')).toEqual([
      '/m/x-00001-of-00003.gguf',
      '/m/x-00002-of-00003.gguf',
      '/m/x-00003-of-00003.gguf',
    ]);
    expect(splitPaths('/m/x.gguf')).toEqual(['/m/x.gguf']);
  });
});
