// Shapes are tables of published numbers (test/support/models/model-shapes.ts); no file is read but nano's.
import { describe, expect, it } from 'vitest';
import { readHeader } from '../../../../native/daemon/gguf/read-header.ts';
import {
  allowsQuantisedKv,
  kvBytesPerToken,
  kvLayerBytes,
  windowCells,
} from '../../../../native/daemon/plan/kv-cost.ts';
import type { KvPool } from '../../../../native/daemon/plan/kv-cost.ts';
import { modelFacts } from '../../../../native/daemon/plan/model-facts.ts';
import { shapeHeader, shapes } from '../../../support/models/model-shapes.ts';
import type { ModelShape } from '../../../support/models/model-shapes.ts';

const facts = (shape: ModelShape) => modelFacts(shapeHeader(shape));
const pool = (change: Partial<KvPool> = {}): KvPool => ({
  type: 'f16',
  cells: 131_072,
  sequences: 8,
  batchTokens: 512,
  ...change,
});
const total = (shape: ModelShape, change?: Partial<KvPool>): number =>
  kvLayerBytes(facts(shape), pool(change)).reduce((a, b) => a + b, 0);
const gibibytes = (bytes: number): number => Math.round((bytes / 2 ** 30) * 100) / 100;

describe('KV bytes per token', () => {
  it.each([
    ['Kimi K2, latent attention', shapes.kimiK2, 70_272, 8.58, 4.56],
    ['Moonlight, latent attention', shapes.moonlight, 31_104, 3.8, 2.02],
    ['Qwen3 Coder, grouped queries', shapes.qwen3Coder, 98_304, 12, 6.38],
    ['gpt-oss 120b, every other layer windowed', shapes.gptOss120b, 36_864, 4.5, 2.39],
    ['gpt-oss 20b, every other layer windowed', shapes.gptOss20b, 24_576, 3, 1.59],
    ['GLM 4.5 Air, grouped queries', shapes.glm45Air, 188_416, 23, 12.22],
  ])('are as llama.cpp stores them: %s', (_, shape, bytes, f16At128K, q8At128K) => {
    expect(kvBytesPerToken(facts(shape), 'f16')).toBe(bytes);
    expect(gibibytes(bytes * 131_072)).toBe(f16At128K);
    expect(gibibytes(kvBytesPerToken(facts(shape), 'q8_0') * 131_072)).toBe(q8At128K);
  });

  it('count only attention layers of hybrid models', () => {
    expect(kvBytesPerToken(facts(shapes.kimiLinear), 'f16')).toBe(7 * 576 * 2);
    expect(kvBytesPerToken(facts(shapes.qwen3Next), 'f16')).toBe(12 * 2 * 2 * 256 * 2);
  });

  it('include the prediction block where llama.cpp gives it cells', () => {
    expect(kvBytesPerToken(facts({ ...shapes.glm45Air, nextn: 1 }), 'f16')).toBe((188_416 / 46) * 47);
  });

  it('are 2560 for nano', async () => {
    expect(kvBytesPerToken(modelFacts(await readHeader('native/models/nano.gguf')), 'f16')).toBe(2560);
  });

  it('know which caches q8_0 can hold', () => {
    expect(allowsQuantisedKv(facts(shapes.kimiK2))).toBe(true);
    expect(allowsQuantisedKv(facts({ ...shapes.qwen3Coder, headSize: 80 }))).toBe(false);
  });
});

describe('the whole cache', () => {
  it('keeps a window for every sequence and one micro-batch, padded', () => {
    expect(windowCells(facts(shapes.gptOss20b), pool())).toBe(1536);
    expect(windowCells(facts(shapes.gptOss20b), pool({ cells: 1024 }))).toBe(1024);
    expect(windowCells(facts(shapes.kimiK2), pool())).toBe(0);
    expect(total(shapes.gptOss20b)).toBe(12 * 2048 * 131_072 + 12 * 2048 * 1536);
  });

  it('keeps a state per sequence for recurrent layers, whatever the context', () => {
    const perSequence = 36 * (128 * 4096 + 3 * (4096 + 2 * 16 * 128)) * 4;
    expect(total(shapes.qwen3Next, { sequences: 9 }) - total(shapes.qwen3Next)).toBe(perSequence);
    const kimi = 20 * (128 * 128 * 32 + 3 * 3 * 32 * 128) * 4;
    expect(total(shapes.kimiLinear, { sequences: 9 }) - total(shapes.kimiLinear)).toBe(kimi);
  });

  it('rounds cells up to 256', () => {
    expect(total(shapes.moonlight, { cells: 1000 })).toBe(31_104 * 1024);
  });
});
