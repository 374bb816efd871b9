// Logged: "compute buffer size" (and "KV buffer size") of llama.cpp v0.4.0 on a CPU, flash attention auto, for files
// written from these shapes with few layers and experts (neither changes the buffer).
import { describe, expect, it } from 'vitest';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import { computeBufferBytes } from '../../../../native/daemon/plan/compute-buffer.ts';
import { kvLayerBytes } from '../../../../native/daemon/plan/kv-cost.ts';
import type { KvPool } from '../../../../native/daemon/plan/kv-cost.ts';
import { modelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import type { ModelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import { shapeHeader, shapes } from '../../../support/models/model-shapes.ts';
import type { ModelShape } from '../../../support/models/model-shapes.ts';

const under = 0.05; // the estimate may fall short of the logged size by 5 %
const over = 0.4; // and exceed it by 40 %

const pools: readonly KvPool[] = [
  { cells: 8192, batchTokens: 512, sequences: 16, type: 'f16' },
  { cells: 32_768, batchTokens: 512, sequences: 4, type: 'f16' },
  { cells: 32_768, batchTokens: 256, sequences: 4, type: 'q8_0' },
  { cells: 8192, batchTokens: 128, sequences: 64, type: 'f16' },
  { cells: 4096, batchTokens: 512, sequences: 1, type: 'f16' },
];
const small = { vocabulary: 4096 };
const tables: readonly {
  readonly name: string;
  readonly shape: ModelShape;
  readonly compute: readonly number[];
  readonly kv: readonly number[];
}[] = [
  {
    name: 'Qwen3 Coder',
    shape: { ...shapes.qwen3Coder, ...small, layers: 4 },
    compute: [96.0118, 120.0117, 60.084, 24.0032, 92.0117],
    kv: [64, 256, 136, 64, 32],
  },
  {
    name: 'Qwen3 Coder with its vocabulary',
    shape: { ...shapes.qwen3Coder, layers: 3 },
    compute: [96.0118, 120.0117, 60.084, 38.5942, 92.0117],
    kv: [48, 192, 102, 48, 24],
  },
  {
    name: 'Moonlight',
    shape: { ...shapes.moonlight, ...small },
    compute: [97.0079, 121.0078, 60.5039, 24.2522, 93.0078],
    kv: [243, 972, 516.38, 243, 121.5],
  },
  {
    name: 'Kimi K2',
    shape: { ...shapes.kimiK2, ...small, layers: 4 },
    compute: [274.0079, 298.0078, 149.0039, 68.5022, 270.0078],
    kv: [36, 144, 76.5, 36, 18],
  },
  {
    name: 'gpt-oss 20b',
    shape: { ...shapes.gptOss20b, ...small, layers: 4 },
    compute: [102.8946, 125.3946, 62.6348, 27.0989, 97.1446],
    kv: [42, 132, 69.59, 64, 19],
  },
  {
    name: 'GLM 4.5 Air',
    shape: { ...shapes.glm45Air, ...small, layers: 4 },
    compute: [178.0118, 202.0117, 101.084, 44.5032, 174.0117],
    kv: [128, 512, 272, 128, 64],
  },
  {
    name: 'GLM 4.5 Air with a prediction block',
    shape: { ...shapes.glm45Air, ...small, layers: 4, nextn: 1 },
    compute: [178.0118, 202.0117, 101.084, 44.5032, 174.0117],
    kv: [160, 640, 340, 160, 80],
  },
  {
    name: 'Kimi Linear',
    shape: { ...shapes.kimiLinear, ...small, layers: 5 },
    compute: [138.006, 137.5059, 68.753, 289.377, 109.5059],
    kv: [120.75, 97.69, 63.94, 429, 15.42],
  },
  {
    name: 'Qwen3 Next',
    shape: { ...shapes.qwen3Next, ...small, layers: 5 },
    compute: [135.0118, 118.0118, 63.0215, 284.0034, 90.0118],
    kv: [150, 97.5, 67.5, 552, 16.38],
  },
];

const mebibytes = (bytes: number): number => bytes / 2 ** 20;
const kvOf = (facts: ModelFacts, pool: KvPool): number =>
  mebibytes(kvLayerBytes(facts, pool).reduce((a, b) => a + b, 0));

function expectClose(estimate: number, logged: number): void {
  expect(estimate).toBeGreaterThan(logged * (1 - under));
  expect(estimate).toBeLessThan(logged * (1 + over));
}

describe('the compute buffer', () => {
  it.each(tables)('lies within the tolerance of what llama.cpp logs: $name', ({ shape, compute }) => {
    const facts = modelFacts(shapeHeader(shape));
    for (const [index, pool] of pools.entries())
      expectClose(mebibytes(computeBufferBytes(facts, pool)), compute[index]!);
  });

  it('lies within the tolerance for nano', async () => {
    const facts = modelFacts(await readHeader('native/models/nano.gguf'));
    const logged = [16.6954, 40.6953, 20.3477, 4.1741, 12.6953];
    for (const [index, pool] of pools.entries())
      expectClose(mebibytes(computeBufferBytes(facts, pool)), logged[index]!);
    expectClose(
      mebibytes(computeBufferBytes(facts, { cells: 131_072, batchTokens: 512, sequences: 64, type: 'f16' })),
      136.6956,
    );
  });

  it('grows with the context by the attention mask alone', () => {
    const facts = modelFacts(shapeHeader(shapes.kimiK2));
    const at = (cells: number): number =>
      computeBufferBytes(facts, { cells, batchTokens: 512, sequences: 4, type: 'f16' });
    expect(at(131_072) - at(65_536)).toBe(65_536 * 512 * 2);
  });
});

describe('the KV cache', () => {
  it.each(tables)('is exactly what llama.cpp logs: $name', ({ shape, kv }) => {
    const facts = modelFacts(shapeHeader(shape));
    for (const [index, pool] of pools.entries()) expect(Math.abs(kvOf(facts, pool) - kv[index]!)).toBeLessThan(0.01);
  });
});
