// Property tests over a small real file: cut anywhere, changed anywhere.
import * as fc from '../../../support/fast-check.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import type { GgufHeader } from '../../../../native/daemon/gguf/gguf-header.ts';
import { CodedError } from '../../../../native/protocol/coded-error.ts';
import { casesOf } from '../../../support/case-counts.ts';
import { float32, ggufBytes, ggufHeaderBytes, text, texts, uint32 } from '../../../support/models/gguf-writer.ts';
import { shapeModel, shapes, tinySizes } from '../../../support/models/model-shapes.ts';

const model = shapeModel({
  ...shapes.moonlight,
  layers: 2,
  embedding: 32,
  heads: 1,
  headSize: 32,
  latent: 32,
  ropeSize: 32,
  vocabulary: 8,
  experts: 2,
  expertsUsed: 1,
  expertWidth: 32,
  denseWidth: 32,
});
const bytes = ggufBytes(model);
const headerBytes = ggufHeaderBytes(model).header.length;

let path: string;
beforeAll(() => {
  path = join(mkdtempSync(join(tmpdir(), 'gguf-damage-')), 'model.gguf');
});
afterAll(() => rmSync(join(path, '..'), { recursive: true }));

async function outcome(changed: Uint8Array): Promise<GgufHeader | CodedError> {
  writeFileSync(path, changed);
  try {
    return await readHeader(path);
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
}

function expectInside(header: GgufHeader, size: number): void {
  let end = 0;
  for (const tensor of [...header.tensors].sort((a, b) => a.offset - b.offset)) {
    expect(tensor.offset).toBeGreaterThanOrEqual(Math.max(end, header.files[0]!.headerBytes!));
    end = tensor.offset + tensor.bytes;
  }
  expect(end).toBeLessThanOrEqual(size);
}

describe('readHeader on damaged files', () => {
  it('accepts the whole file', async () => {
    const header = await outcome(bytes);
    expect(header).not.toBeInstanceOf(CodedError);
    expectInside(header as GgufHeader, bytes.length);
  });

  it('refuses a file cut at every byte of its header', async () => {
    const tiny = {
      metadata: {
        'general.architecture': text('llama'),
        'general.tags': texts(['a', 'b']),
        'llama.block_count': uint32(1),
      },
      tensors: model.tensors.slice(0, 3),
    };
    const whole = ggufBytes(tiny);
    expect(await outcome(whole)).not.toBeInstanceOf(CodedError);
    for (let size = 0; size < ggufHeaderBytes(tiny).header.length; size++) {
      const result = await outcome(whole.subarray(0, size));
      expect(result).toBeInstanceOf(CodedError);
      expect((result as CodedError).code).toBe('model.invalid');
    }
  });

  it('refuses the file cut anywhere in its data', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: headerBytes, max: bytes.length - 33 }), async (size) => {
        expect(await outcome(bytes.subarray(0, size))).toMatchObject({
          code: 'model.invalid',
          message: expect.stringContaining('are missing'),
        });
      }),
      { numRuns: 50 },
    );
  });

  it('refuses a changed header, or passes only what lies inside the file', async () => {
    const change = fc.record({
      at: fc.integer({ min: 0, max: headerBytes - 1 }),
      to: fc.integer({ min: 0, max: 255 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const changed = Buffer.from(bytes);
        for (const { at, to } of changes) changed[at] = to;
        const result = await outcome(changed);
        if (result instanceof CodedError) expect(result.code).toBe('model.invalid');
        else expectInside(result, changed.length);
      }),
      { numRuns: casesOf('damaged headers') },
    );
  });

  it('refuses 64-bit numbers replaced by extreme ones, or passes only what lies inside the file', async () => {
    const extremes = fc.constantFrom(
      0n,
      1n,
      2n ** 31n,
      2n ** 32n - 1n,
      2n ** 53n,
      2n ** 63n - 1n,
      2n ** 63n,
      2n ** 64n - 1n,
      2n ** 64n - 32n,
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 8, max: headerBytes - 8 }), extremes, async (at, value) => {
        const changed = Buffer.from(bytes);
        changed.writeBigUInt64LE(value, at);
        const result = await outcome(changed);
        if (!(result instanceof CodedError)) expectInside(result, changed.length);
      }),
      { numRuns: casesOf('extreme headers') },
    );
  });

  it.each([
    ['deepseek2.attention.layer_norm_rms_epsilon', -1e-6],
    ['deepseek2.attention.layer_norm_rms_epsilon', NaN],
    ['deepseek2.attention.layer_norm_rms_epsilon', Infinity],
    ['deepseek2.attention.layer_norm_rms_epsilon', -Infinity],
    ['deepseek2.attention.layer_norm_rms_epsilon', 2],
    ['deepseek2.attention.layer_norm_epsilon', NaN],
    ['deepseek2.attention.group_norm_epsilon', -1],
    ['deepseek2.rope.freq_base', NaN],
    ['deepseek2.rope.scaling.factor', Infinity],
    ['deepseek2.expert_weights_scale', NaN],
  ])('refuses %s of %d', async (key, number) => {
    const metadata = { ...model.metadata, [key]: float32(number) };
    expect(await outcome(ggufBytes({ ...model, metadata }))).toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining(key) as string,
    });
  });

  it.each([0, 1e-12, 1e-5, 1])('takes an epsilon of %d', async (number) => {
    const metadata = { ...model.metadata, 'deepseek2.attention.layer_norm_rms_epsilon': float32(number) };
    expect(await outcome(ggufBytes({ ...model, metadata }))).not.toBeInstanceOf(CodedError);
  });

  it('refuses norms and other vectors of any type but F32', async () => {
    const vectors = model.tensors.filter(({ name, dimensions }) => dimensions.length === 1 || name.includes('norm'));
    expect(vectors).toHaveLength(8);
    for (const vector of vectors) {
      for (const type of ['F16', 'BF16', 'Q8_0', 'I32'] as const) {
        if (type === 'Q8_0' && Number(vector.dimensions[0]) % 32 !== 0) continue; // no whole block
        const tensors = model.tensors.map((tensor) => (tensor === vector ? { ...tensor, type } : tensor));
        expect(await outcome(ggufBytes({ ...model, tensors }))).toMatchObject({
          code: 'model.invalid',
          message: expect.stringContaining(`${vector.name} as ${type}`) as string,
        });
      }
    }
  });

  it('refuses latent attention without a number of key heads where that is not one', async () => {
    const two = shapeModel({ ...shapes.moonlight, ...tinySizes, heads: 2, latent: 32, ropeSize: 32 });
    expect(await outcome(ggufBytes(two))).not.toBeInstanceOf(CodedError);
    const { 'deepseek2.attention.head_count_kv': _, ...metadata } = two.metadata;
    expect(await outcome(ggufBytes({ ...two, metadata }))).toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('latent attention') as string,
    });
  });

  it('refuses positions that turn more than a head, nothing, or half a pair', async () => {
    const partly = shapeModel({ ...shapes.glm45Air, ...tinySizes });
    expect(await outcome(ggufBytes(partly))).not.toBeInstanceOf(CodedError);
    for (const turned of [0, 1, 15, 48]) {
      const metadata = { ...partly.metadata, 'glm4moe.rope.dimension_count': uint32(turned) };
      expect(await outcome(ggufBytes({ ...partly, metadata }))).toMatchObject({
        code: 'model.invalid',
        message: expect.stringContaining('attention heads') as string,
      });
    }
  });

  it('refuses a recurrent layer of Qwen3 Next without its gate', async () => {
    const shape = { ...shapes.qwen3Next, ...tinySizes, layers: 4, stateSize: 32, stateHeads: 4, stateGroups: 2 };
    const whole = shapeModel(shape);
    expect(await outcome(ggufBytes(whole))).not.toBeInstanceOf(CodedError);
    const tensors = whole.tensors.filter(({ name }) => name !== 'blk.0.attn_gate.weight');
    expect(await outcome(ggufBytes({ ...whole, tensors }))).toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('recurrent layers') as string,
    });
  });

  it.each(['jamba', 'granitehybrid'])('refuses recurrent layers of %s that are not twice as wide', async (name) => {
    const ofWidth = (inner: number): Buffer => {
      const widths = { [`${name}.embedding_length`]: uint32(32), [`${name}.ssm.inner_size`]: uint32(inner) };
      return ggufBytes({ ...model, metadata: { ...model.metadata, 'general.architecture': text(name), ...widths } });
    };
    expect(await outcome(ofWidth(63))).toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('recurrent layers') as string,
    });
    expect(await outcome(ofWidth(64))).not.toBeInstanceOf(CodedError);
  });

  it('refuses a way of pooling that is none', async () => {
    const metadata = { ...model.metadata, 'deepseek2.pooling_type': uint32(5) };
    expect(await outcome(ggufBytes({ ...model, metadata }))).toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('pooling_type') as string,
    });
  });

  it('refuses weights of a type that nothing can be computed with, but not a table of numbers', async () => {
    for (const type of ['I8', 'I16', 'I32', 'I64', 'F64', 'Q8_1', 'Q8_K'] as const) {
      const extra = { name: 'blk.0.attn_q.weight', dimensions: [256, 2], type };
      const tensors = [...model.tensors.filter(({ name }) => name !== extra.name), extra];
      expect(await outcome(ggufBytes({ ...model, tensors }))).toMatchObject({
        code: 'model.invalid',
        message: expect.stringContaining(`blk.0.attn_q.weight as ${type}`) as string,
      });
    }
    const table = { name: 'blk.0.ffn_gate_tid2eid.weight', dimensions: [2, 8], type: 'I32' } as const;
    expect(await outcome(ggufBytes({ ...model, tensors: [...model.tensors, table] }))).not.toBeInstanceOf(CodedError);
  });

  it('refuses them also where they have several rows', async () => {
    for (const name of [
      'blk.0.attn_q_norm.weight',
      'blk.0.attn_k_norm_2.weight',
      'blk.0.exp_probs_b.bias',
      'blk.0.ssm_a',
    ]) {
      const extra = { name, dimensions: [32, 2], type: 'Q8_0' } as const;
      expect(await outcome(ggufBytes({ ...model, tensors: [...model.tensors, extra] }))).toMatchObject({
        code: 'model.invalid',
        message: expect.stringContaining(name) as string,
      });
    }
  });
});
