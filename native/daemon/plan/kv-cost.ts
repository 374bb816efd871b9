import type { KvType } from '../../protocol/model.ts';
import type { LayerCache, ModelFacts } from './model-facts.ts';

/** Bytes of `elements` values: f16 takes 2 each, q8_0 34 for every 32. */
function kvBytes(type: KvType, elements: number): number {
  return type === 'f16' ? elements * 2 : (elements / 32) * 34;
}

/** Whether q8_0 can hold the cache: its blocks of 32 must divide every head. */
export function allowsQuantisedKv(facts: ModelFacts): boolean {
  return facts.cacheRowElements.every((size) => size % 32 === 0);
}

/**
 * Bytes that one more token costs in the KV cache: full-attention layers only, since windows and recurrent states do
 * not grow. From llama_kv_cache: a row of K and (without MLA) one of V per layer.
 */
export function kvBytesPerToken(facts: ModelFacts, type: KvType): number {
  return facts.cache.reduce((sum, layer) => sum + (layer.kind === 'full' ? rowBytes(layer, type) : 0), 0);
}

export interface KvPool {
  readonly type: KvType;
  readonly cells: number; // of the unified pool
  readonly sequences: number; // n_seq_max
  readonly batchTokens: number; // n_ubatch
}

/** llama.cpp rounds the pool up to a multiple of 256 cells. */
export function paddedCells(tokens: number): number {
  return Math.ceil(tokens / 256) * 256;
}

/** Cells of a sliding-window cache: the window for every sequence and one micro-batch (llama_kv_cache_iswa). */
export function windowCells(facts: ModelFacts, pool: KvPool): number {
  if (facts.window === 0) return 0;
  return paddedCells(Math.min(pool.cells, facts.window * pool.sequences + pool.batchTokens));
}

/** Bytes of the whole cache, one number per block that has one, in the order of the blocks. */
export function kvLayerBytes(facts: ModelFacts, pool: KvPool): number[] {
  const window = windowCells(facts, pool);
  return facts.cache.map((layer) => {
    switch (layer.kind) {
      case 'full':
        return rowBytes(layer, pool.type) * paddedCells(pool.cells);
      case 'window':
        return rowBytes(layer, pool.type) * window;
      case 'state':
        return (layer.shiftElements + layer.stateElements) * 4 * pool.sequences;
    }
  });
}

function rowBytes(layer: Exclude<LayerCache, { kind: 'state' }>, type: KvType): number {
  return kvBytes(type, layer.keyElements) + kvBytes(type, layer.valueElements);
}
