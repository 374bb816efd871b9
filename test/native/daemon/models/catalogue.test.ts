import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  catalogueEntries,
  catalogueEntry,
  entryForFile,
  sourceAddress,
} from '../../../../native/daemon/models/catalogue.ts';

describe('the catalogue', () => {
  it('describes every model fully', () => {
    const names = new Set<string>();
    for (const entry of catalogueEntries) {
      expect(entry.name).toMatch(/^[a-z0-9.-]+$/);
      expect(names.has(entry.name)).toBe(false);
      names.add(entry.name);
      expect(entry.activeParameters).toBeLessThan(entry.parameters);
      expect(entry.contextNative).toBeGreaterThanOrEqual(8192);
      expect(entry.sampling.temperature).toBeGreaterThanOrEqual(0);
      expect(entry.sampling.temperature).toBeLessThanOrEqual(1);
      expect(entry.licence).not.toBe('');
      expect(entry.quantisations.length).toBeGreaterThan(0);
      for (const { bytes } of entry.quantisations) expect(bytes / entry.parameters).toBeGreaterThan(0.15);
      if (entry.name !== 'nano') expect(entry.source).toMatch(/^[\w.-]+\/[\w.-]+$/);
    }
  });

  it('recommends what the makers recommend', () => {
    expect(catalogueEntry('kimi-k2-0905')?.sampling.temperature).toBe(0.6);
    expect(catalogueEntry('nano')?.sampling.temperature).toBe(0);
    expect(catalogueEntry('Qwen3-Coder')?.sampling).toEqual({
      temperature: 0.7,
      topP: 0.8,
      topK: 20,
      repeatPenalty: 1.05,
    });
    expect(catalogueEntry('gpt-oss-20b')?.sampling.temperature).toBe(1);
    expect(catalogueEntry('none')).toBeUndefined();
  });

  it('knows the size of the model that ships', () => {
    expect(catalogueEntry('nano')?.quantisations[0]?.bytes).toBe(statSync('native/models/nano.gguf').size);
    expect(sourceAddress(catalogueEntry('nano')!)).toBeUndefined();
  });

  it.each([
    ['Kimi-K2-Instruct-0905-UD-Q2_K_XL-00001-of-00008.gguf', 'deepseek2', 'kimi-k2-0905'],
    ['Kimi-K2-Thinking-UD-TQ1_0-00001-of-00006.gguf', 'deepseek2', 'kimi-k2-thinking'],
    ['Moonlight-16B-A3B-Instruct-Q4_K_M.gguf', 'deepseek2', 'moonlight'],
    ['Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf', 'qwen3moe', 'qwen3-coder'],
    ['Qwen3-Coder-Next-Q4_K_M-00001-of-00004.gguf', 'qwen3next', 'qwen3-coder-next'],
    ['gpt-oss-120b-mxfp4-00001-of-00003.gguf', 'gpt-oss', 'gpt-oss-120b'],
    ['GLM-4.5-Air-Q4_K_M-00001-of-00002.gguf', 'glm4moe', 'glm-4.5-air'],
    ['moonshotai_Kimi-Linear-48B-A3B-Instruct-Q4_K_M.gguf', 'kimi-linear', 'kimi-linear'],
    ['nano.gguf', 'deepseek2', 'nano'],
    ['my-own-model.gguf', 'llama', undefined],
    ['gpt-oss-20b-abliterated.gguf', 'llama', undefined],
  ])('recognises %s', (file, architecture, name) => {
    expect(entryForFile(file, architecture)?.name).toBe(name);
  });
});
