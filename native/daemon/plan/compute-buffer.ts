import type { ModelFacts } from './model-facts.ts';
import { windowCells } from './kv-cost.ts';
import type { KvPool } from './kv-cost.ts';

/** Share that the allocator wasted in the measured graphs: it cannot pack every graph perfectly. */
const packingLoss = 1.05;

/**
 * Bytes of llama.cpp's compute buffer for a micro-batch, with flash attention. The buffer holds the largest set of
 * values that live at once: the attention masks for the whole graph, and the greatest of attention, recurrent update,
 * expert mixing, dense feed-forward and logits. Against the sizes llama.cpp v0.4.0 logs for the shapes in
 * test/support/models/model-shapes.ts the result lies between 5 % under and 40 % over.
 */
export function computeBufferBytes(facts: ModelFacts, pool: KvPool): number {
  const tokens = Math.min(pool.batchTokens, pool.cells);
  const outputs = Math.min(tokens, pool.sequences);
  const perToken = Math.max(attentionElements(facts), expertElements(facts), denseElements(facts));
  const phases = [perToken * tokens, recurrentElements(facts, tokens, pool.sequences), outputs * facts.vocabulary];
  return maskBytes(facts, pool, tokens) + Math.max(...phases) * 4 * packingLoss;
}

/** f16, a row of all cells per token; a second one where some layers have a window. */
function maskBytes(facts: ModelFacts, pool: KvPool, tokens: number): number {
  const hasFull = facts.cache.some((layer) => layer.kind === 'full');
  return tokens * 2 * ((hasFull ? pool.cells : 0) + windowCells(facts, pool));
}

/** MLA: the query as projected (twice), absorbed into the latent space, joined with its rotary part, and the result. */
function attentionElements(facts: ModelFacts): number {
  const { heads, keySize, embedding, latent } = facts;
  if (latent !== undefined) return heads * (2 * latent.rank + latent.rope + 2 * keySize) + 2 * embedding + latent.rank;
  const rows = facts.cache.map((layer) => (layer.kind === 'state' ? 0 : layer.keyElements + layer.valueElements));
  return 2 * heads * keySize + Math.max(0, ...rows) + 3 * embedding;
}

/** Gate and up of every chosen expert, their results before and after weighting, the sum and the residual. */
function expertElements(facts: ModelFacts): number {
  if (facts.experts === undefined) return 0;
  return 2 * facts.experts.used * (facts.embedding + facts.experts.width) + 2 * facts.embedding;
}

function denseElements(facts: ModelFacts): number {
  return 3 * facts.denseWidth + 5 * facts.embedding;
}

/** Projections of the update, and the states of all sequences before and after it. */
function recurrentElements(facts: ModelFacts, tokens: number, sequences: number): number {
  let most = 0;
  for (const layer of facts.cache) {
    if (layer.kind !== 'state') continue;
    most = Math.max(most, tokens * 9 * layer.channels + sequences * (2 * layer.stateElements + layer.shiftElements));
  }
  return most;
}
