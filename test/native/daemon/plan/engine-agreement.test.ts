// The real addon and llama.cpp: nano, and files of other architectures written small from their shapes.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Addon, NativeEngineInfo } from '../../../../native/addon/contract.ts';
import { loadAddon } from '../../../../native/daemon/backend/addon-loader.ts';
import { findLibraries } from '../../../../native/daemon/backend/library-locations.ts';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import { computeBufferBytes } from '../../../../native/daemon/plan/compute-buffer.ts';
import { kvLayerBytes } from '../../../../native/daemon/plan/kv-cost.ts';
import type { KvPool } from '../../../../native/daemon/plan/kv-cost.ts';
import { modelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import { loadModelRuntime } from '../../../../native/daemon/session/model-runtime.ts';
import { writeGgufFile } from '../../../support/models/gguf-writer.ts';
import { shapeModel, shapes } from '../../../support/models/model-shapes.ts';

const addon = loadAddon();
addon.openLibraries(findLibraries('cpu') as string, 'cpu');
const folder = mkdtempSync(join(tmpdir(), 'agreement-'));
afterAll(() => rmSync(folder, { recursive: true }));

const nano = 'native/models/nano.gguf';
const small = {
  layers: 5,
  embedding: 512,
  vocabulary: 1024,
  experts: 4,
  expertsUsed: 2,
  expertWidth: 256,
  denseWidth: 512,
  expertType: 'Q8_0',
  sharedType: 'Q8_0',
} as const;
const written = {
  'gpt-oss': { ...shapes.gptOss20b, ...small },
  'latent attention': { ...shapes.kimiK2, ...small, queryRank: 128, heads: 8 },
  'grouped queries': { ...shapes.qwen3Coder, ...small },
  'a prediction block': { ...shapes.glm45Air, ...small, heads: 16, nextn: 1 },
  'Kimi Linear': { ...shapes.kimiLinear, ...small, heads: 4 },
  'Qwen3 Next': { ...shapes.qwen3Next, ...small, heads: 4, stateHeads: 4, stateGroups: 2 },
};

async function engineInfo(path: string, pool: KvPool): Promise<NativeEngineInfo> {
  const model = await addon.loadModel({ path, gpuLayers: 0 }, () => undefined).model;
  try {
    const options = {
      sequencesMax: pool.sequences,
      batchTokens: pool.batchTokens,
      threads: 1,
      threadsBatch: 1,
      flashAttention: 'auto',
    } as const;
    const engine = await model.createEngine({
      cells: pool.cells,
      kvType: pool.type,
      ...options,
      fingerprint: new Uint8Array(32),
    });
    return engine.info;
  } finally {
    await model.close();
  }
}

async function expectAgreement(path: string, pool: KvPool): Promise<void> {
  const facts = modelFacts(await readHeader(path));
  const info = await engineInfo(path, pool);
  const kv = kvLayerBytes(facts, pool).reduce((a, b) => a + b, 0);
  // The log that the sizes are read from has two decimals of a MiB, per buffer.
  expect(Math.abs(info.kvBytes - kv)).toBeLessThan(2 ** 20 * 0.04);
  const compute = computeBufferBytes(facts, pool);
  expect(compute).toBeGreaterThan(info.computeBytes * 0.94);
  expect(compute).toBeLessThan(info.computeBytes * 1.4);
}

describe('the plan and llama.cpp', () => {
  it.each([
    ['f16', 8192, 512, 64],
    ['f16', 32_768, 256, 4],
    ['q8_0', 4096, 128, 1],
  ] as const)('agree about nano: %s, %i cells', async (type, cells, batchTokens, sequences) => {
    await expectAgreement(nano, { type, cells, batchTokens, sequences });
  });

  it.each(Object.entries(written))('agree about %s', async (name, shape) => {
    const path = join(folder, `${name.replaceAll(' ', '-')}.gguf`);
    await writeGgufFile(path, shapeModel(shape));
    await expectAgreement(path, { type: 'f16', cells: 4096, batchTokens: 256, sequences: 2 });
  });
});

describe('a refused file', () => {
  const untouched: Addon = {
    ...addon,
    loadModel: () => {
      throw new Error('the file reached the native loader');
    },
  };
  const deps = {
    addon: untouched,
    report: { backend: 'cpu', candidates: [], devices: [] },
    folders: { own: [], repositories: () => [], caches: [], ollama: [] },
    log: () => undefined,
  } as const;

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1000)],
    ['of the other byte order', (bytes: Buffer) => (bytes.subarray(4, 8).reverse(), bytes)],
    ['with a huge count', (bytes: Buffer) => (bytes.writeBigUInt64LE(2n ** 60n, 8), bytes)],
  ])('is never handed to the native loader: one %s', async (_, damage) => {
    const path = join(folder, 'damaged.gguf');
    writeFileSync(path, damage(readFileSync(nano)));
    const load = loadModelRuntime(deps, { model: path }, () => undefined, new AbortController().signal);
    await expect(load).rejects.toMatchObject({ code: 'model.invalid' });
  });
});
