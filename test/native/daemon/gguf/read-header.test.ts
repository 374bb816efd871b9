// Real files in a temporary folder, written by test/support/models/gguf-writer.ts; nothing is faked.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import { CodedError } from '../../../../native/protocol/coded-error.ts';
import { shapeModel, shapes } from '../../../support/models/model-shapes.ts';
import type { ModelShape } from '../../../support/models/model-shapes.ts';
import { ggufBytes, int32s, text, texts, uint32, uint32s } from '../../../support/models/gguf-writer.ts';
import type { WriteModel, WriteTensor, WriteValue } from '../../../support/models/gguf-writer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gguf-header-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const tensors: WriteTensor[] = [
  { name: 'token_embd.weight', dimensions: [32, 8], type: 'Q8_0' },
  { name: 'blk.0.attn_norm.weight', dimensions: [32], type: 'F32' },
  { name: 'blk.0.ffn_up.weight', dimensions: [32, 4], type: 'F16' },
];
const metadata: Record<string, WriteValue> = {
  'general.architecture': text('llama'),
  'llama.block_count': uint32(1),
  'llama.context_length': uint32(4096),
  'llama.attention.head_count': uint32s([2]),
  'tokenizer.ggml.tokens': texts(['a', 'b', '日本']),
  'tokenizer.ggml.token_type': int32s([1, 1, 1]),
};
const small: WriteModel = { metadata, tensors };

async function read(bytes: Uint8Array, name = 'model.gguf') {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return await readHeader(path);
}

async function refusal(bytes: Uint8Array, name?: string): Promise<string> {
  const error = await read(bytes, name).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CodedError);
  expect((error as CodedError).code).toBe('model.invalid');
  return (error as CodedError).message;
}

const withMetadata = (changed: Record<string, WriteValue>): Buffer =>
  ggufBytes({ ...small, metadata: { ...metadata, ...changed } });
const withTensor = (changed: Partial<WriteTensor>): Buffer =>
  ggufBytes({ ...small, tensors: [tensors[0]!, { ...tensors[1]!, ...changed }, tensors[2]!] });

describe('readHeader', () => {
  it('reads metadata and where every tensor lies', async () => {
    const bytes = ggufBytes(small);
    const header = await read(bytes);
    expect(header.architecture).toBe('llama');
    expect(header.metadata.number('llama.context_length')).toBe(4096);
    expect(header.metadata.perLayer('llama.attention.head_count', 1)).toEqual([2]);
    expect(header.metadata.count('tokenizer.ggml.tokens')).toBe(3);
    expect(header.tensors.map(({ name, type, bytes, elements }) => [name, type.name, bytes, elements])).toEqual([
      ['token_embd.weight', 'Q8_0', 272, 256],
      ['blk.0.attn_norm.weight', 'F32', 128, 32],
      ['blk.0.ffn_up.weight', 'F16', 256, 128],
    ]);
    expect(header.tensors.map((tensor) => tensor.offset - header.files[0]!.headerBytes!)).toEqual([0, 288, 416]);
    expect(header.files[0]!.sizeBytes).toBe(bytes.length);
  });

  it('reads a file in version 2 and one with another alignment', async () => {
    expect((await read(ggufBytes({ ...small, version: 2 }))).tensors).toHaveLength(3);
    const aligned = { ...small, metadata: { ...metadata, 'general.alignment': uint32(64) }, alignment: 64 };
    expect((await read(ggufBytes(aligned))).tensors.map((tensor) => tensor.offset % 64)).toEqual([0, 0, 0]);
  });

  it('accepts a last tensor without its padding', async () => {
    const odd = { ...small, tensors: [{ name: 'token_embd.weight', dimensions: [3], type: 'F32' as const }] };
    const bytes = ggufBytes(odd);
    expect((await read(bytes.subarray(0, bytes.length - 20))).tensors).toHaveLength(1);
  });

  it('says that a file is missing', async () => {
    await expect(readHeader(join(folder, 'none.gguf'))).rejects.toMatchObject({
      code: 'model.missing',
      message: 'There is no file none.gguf; check the path.',
    });
  });

  it.runIf(process.platform === 'linux')(
    'refuses what is no file at once, also a pipe that nobody writes',
    async () => {
      execFileSync('mkfifo', [join(folder, 'pipe.gguf')]);
      await expect(readHeader(join(folder, 'pipe.gguf'))).rejects.toMatchObject({
        code: 'model.invalid',
        message: 'pipe.gguf is not a file; give the path of a .gguf file.',
      });
      await expect(readHeader(folder)).rejects.toMatchObject({ code: 'model.invalid' });
    },
  );

  it('says how many bytes of an interrupted download are missing', async () => {
    const bytes = ggufBytes(small);
    expect(await refusal(bytes.subarray(0, bytes.length - 100))).toBe(
      `model.gguf is incomplete: 100 of its ${bytes.length} bytes are missing; download it again.`,
    );
  });

  it('says that a file is big-endian', async () => {
    const bytes = ggufBytes(small);
    bytes.subarray(4, 8).reverse();
    expect(await refusal(bytes)).toContain('is big-endian');
    expect(await refusal(ggufBytes({ ...small, magic: 'FUGG' }))).toContain('is big-endian');
  });

  it('refuses a folder, an empty file and other formats', async () => {
    await expect(readHeader(folder)).rejects.toMatchObject({
      code: expect.stringMatching(/model\.invalid|file\.failed/),
    });
    expect(await refusal(Buffer.alloc(0))).toContain('is empty');
    expect(await refusal(Buffer.from('PK\u0003\u0004 a zip archive'))).toContain('is not a GGUF file');
    expect(await refusal(ggufBytes({ ...small, version: 1 }))).toContain('version 1');
    expect(await refusal(ggufBytes({ ...small, version: 9 }))).toContain('version 9');
  });

  it('refuses huge counts without allocating for them', async () => {
    const huge = 2n ** 63n - 1n;
    expect(await refusal(ggufBytes({ ...small, tensorCount: huge }))).toContain('tensors, more than any model has');
    expect(await refusal(ggufBytes({ ...small, pairCount: huge }))).toContain('keys, more than any model has');
    expect(await refusal(ggufBytes({ ...small, pairCount: 4000n }))).toMatch(
      /ends inside its header|unknown type|bytes in/,
    );
    const array = (count: bigint): WriteValue => ({ type: 'array', element: 'uint32', values: [1], count });
    expect(await refusal(withMetadata({ 'general.tags': array(huge) }))).toContain('elements in "general.tags"');
    expect(await refusal(withMetadata({ 'general.tags': array(10_000_000n) }))).toContain('ends inside its header');
  });

  it('refuses a string longer than the file', async () => {
    const bytes = ggufBytes(small);
    bytes.writeBigUInt64LE(2n ** 40n, 24);
    expect(await refusal(bytes)).toContain('bytes in a key');
    bytes.writeBigUInt64LE(60_000n, 24);
    expect(await refusal(bytes)).toContain('ends inside its header');
  });

  it('refuses nested arrays, repeated keys and empty ones', async () => {
    expect(await refusal(withMetadata({ nested: { type: 'array', element: 'array', values: [] } }))).toContain(
      'nests arrays',
    );
    expect(await refusal(withMetadata({ '': uint32(1) }))).toContain('empty or unprintable key');
    const bytes = withMetadata({ 'llama.block_counx': uint32(1) });
    bytes.write('t', bytes.indexOf('block_counx') + 10);
    expect(await refusal(bytes)).toContain('has the key "llama.block_count" twice');
  });

  it('refuses text that is not UTF-8 in keys, names, values and vocabulary', async () => {
    const bad = Buffer.from([0x61, 0xff, 0xfe]);
    expect(await refusal(withMetadata({ 'general.name': text(bad) }))).toContain('not UTF-8');
    expect(await refusal(withMetadata({ 'tokenizer.ggml.tokens': texts(['a', bad, 'c']) }))).toContain('not UTF-8');
    expect(await refusal(withTensor({ name: bad }))).toContain('not UTF-8');
    const bytes = ggufBytes(small);
    bytes[bytes.indexOf('general.architecture') + 3] = 0xff;
    expect(await refusal(bytes)).toContain('not UTF-8');
  });

  it('refuses a vocabulary that would end the native loader', async () => {
    expect(await refusal(withMetadata({ 'tokenizer.ggml.tokens': texts(['a', 'b', 'a']) }))).toContain('twice');
    expect(await refusal(withMetadata({ 'tokenizer.ggml.tokens': texts(['a', 'a\0b', 'c']) }))).toContain('twice');
    expect(await refusal(withMetadata({ 'tokenizer.ggml.token_type': int32s([1]) }))).toContain('parts missing');
    expect(await refusal(withMetadata({ 'tokenizer.ggml.token_type': texts(['1', '1', '1']) }))).toContain(
      'wrong type',
    );
  });

  it('refuses metadata that would end the native loader', async () => {
    expect(await refusal(withMetadata({ 'llama.block_count': uint32(100_000) }))).toContain('llama.block_count');
    expect(await refusal(withMetadata({ 'llama.block_count': uint32(0) }))).toContain('llama.block_count');
    expect(await refusal(withMetadata({ 'llama.nextn_predict_layers': uint32(2) }))).toContain('nextn_predict_layers');
    expect(await refusal(withMetadata({ 'llama.expert_count': uint32(4) }))).toContain('expert_used_count');
    expect(
      await refusal(withMetadata({ 'llama.expert_count': uint32(4), 'llama.expert_used_count': uint32(5) })),
    ).toContain('expert_used_count');
    expect(await refusal(withMetadata({ 'llama.rope.scaling.type': text('spiral') }))).toContain('scales positions');
    expect(await refusal(withMetadata({ 'general.alignment': uint32(48) }))).toContain('alignment');
  });

  it('refuses metadata that contradicts the weights, on which the native loader builds its graph', async () => {
    const tiny = {
      layers: 4,
      embedding: 32,
      heads: 2,
      headSize: 32,
      vocabulary: 32,
      experts: 4,
      expertsUsed: 2,
      expertWidth: 32,
      denseWidth: 32,
      expertType: 'Q8_0',
    } as const;
    const changed = (shape: ModelShape, change: Record<string, WriteValue>): Buffer => {
      const model = shapeModel({ ...shape, ...tiny });
      return ggufBytes({ ...model, metadata: { ...model.metadata, ...change } });
    };
    const latent: ModelShape = { ...shapes.kimiK2, latent: 32, ropeSize: 32, queryRank: 32 };
    const deepseek = async (key: string, value: number): Promise<string> =>
      await refusal(changed(latent, { [`deepseek2.${key}`]: uint32(value) }));
    expect((await read(changed(latent, {}))).architecture).toBe('deepseek2');
    for (const [key, value] of [
      ['attention.head_count_kv', 2],
      ['attention.key_length', 33],
      ['rope.dimension_count', 64],
      ['attention.key_length_mla', 31],
    ] as const) {
      expect(await deepseek(key, value)).toContain('latent attention');
    }
    expect(await deepseek('expert_gating_func', 9)).toContain('experts');
    const grouped: ModelShape = { ...shapes.qwen3Coder, kvHeads: 1 };
    expect(await refusal(changed(grouped, { 'qwen3moe.rope.dimension_count': uint32(16) }))).toContain(
      'attention heads',
    );
    expect(await refusal(changed(grouped, { 'qwen3moe.attention.value_length': uint32(64) }))).toContain(
      'attention heads',
    );
    const early = shapeModel({ ...shapes.kimiLinear, ...tiny, latent: 32, ropeSize: 32, stateSize: 32 });
    expect((await read(ggufBytes(early))).architecture).toBe('kimi-linear');
    const joined = { name: 'blk.3.attn_kv_b.weight', dimensions: [32, 128], type: 'F32' } as const;
    expect(await refusal(ggufBytes({ ...early, tensors: [...early.tensors, joined] }))).toContain('take a newer file');
    const hybrid: ModelShape = { ...shapes.qwen3Next, kvHeads: 1, stateSize: 32, stateHeads: 2, stateGroups: 1 };
    expect((await read(changed(hybrid, {}))).architecture).toBe('qwen3next');
    expect(await refusal(changed(hybrid, { 'qwen3next.ssm.inner_size': uint32(96) }))).toContain('recurrent layers');
  });

  it('refuses a file that does not name its architecture', async () => {
    const { 'general.architecture': _, ...rest } = metadata;
    expect(await refusal(ggufBytes({ ...small, metadata: rest }))).toContain('general.architecture');
    expect(await refusal(withMetadata({ 'general.architecture': uint32(1) }))).toContain('general.architecture');
  });

  it('refuses tensors that overlap, lie outside the file, or are not aligned', async () => {
    expect(await refusal(withTensor({ offset: 32n }))).toContain(
      'overlapping tensors, token_embd.weight and blk.0.attn_norm.weight',
    );
    expect(await refusal(withTensor({ offset: 2n ** 40n }))).toContain('is incomplete');
    expect(await refusal(withTensor({ offset: 2n ** 64n - 32n }))).toContain('is incomplete');
    expect(await refusal(withTensor({ offset: 289n }))).toContain('does not align');
  });

  it('refuses tensors of impossible sizes and unknown types', async () => {
    expect(await refusal(withTensor({ dimensions: [2n ** 62n, 2n ** 62n, 4n, 4n], type: 0 }))).toContain(
      'impossible size',
    );
    expect(await refusal(withTensor({ dimensions: [32, 0], type: 'F32' }))).toContain('empty tensor');
    expect(await refusal(withTensor({ dimensions: [33], type: 8 }))).toContain('rows that Q8_0 cannot hold');
    expect(await refusal(withTensor({ type: 4 }))).toContain('unknown or retired type 4');
    expect(await refusal(withTensor({ type: 4_000_000_000 }))).toContain('unknown or retired type');
    expect(await refusal(withTensor({ dimensions: [2, 2, 2, 2, 2] }))).toContain('5 dimensions');
    expect(await refusal(withTensor({ name: 'x'.repeat(64) }))).toContain("bytes in a tensor's name");
    expect(await refusal(withTensor({ name: 'token_embd.weight' }))).toContain('twice');
    expect(await refusal(ggufBytes({ ...small, tensors: [] }))).toContain('holds no weights');
  });
});
