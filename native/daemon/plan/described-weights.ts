import type { PublishedShape } from '../models/published-shape.ts';

/** The size of a tensor, as far as a plan needs it. */
export interface TensorSize {
  readonly name: string;
  readonly bytes: number;
}

/** Bits per weight of routed experts and of all other weights; `bytes`: the whole file, where somebody states it. */
export interface WeightSizes {
  readonly expertBits: number;
  readonly otherBits: number;
  readonly bytes?: number | undefined;
}

interface Elements {
  readonly name: string;
  readonly count: number;
  readonly experts?: boolean;
}

/** Number of weights that the shape describes, lookup tables excluded. */
export function describedParameters(shape: PublishedShape): number {
  return elementsOf(shape).reduce((sum, part) => sum + part.count, 0);
}

/**
 * The tensors of a model of this shape, joined where a plan puts them together. Their sizes are in the proportions of
 * `sizes` and add up to its bytes, if it has them.
 */
export function describedTensors(shape: PublishedShape, sizes: WeightSizes): TensorSize[] {
  const lookup = shape.lookupBytes ?? 0;
  const nominal = elementsOf(shape).map(({ name, count, experts }) => ({
    name,
    bytes: (count * (experts === true ? sizes.expertBits : sizes.otherBits)) / 8,
  }));
  const sum = nominal.reduce((total, part) => total + part.bytes, 0);
  const scale = sizes.bytes === undefined ? 1 : Math.max(0, sizes.bytes - lookup) / sum;
  const tensors = nominal.map(({ name, bytes }) => ({ name, bytes: Math.round(bytes * scale) }));
  return lookup === 0 ? tensors : [...tensors, { name: 'per_layer_token_embd.weight', bytes: lookup }];
}

/** Whether a layer has a recurrent state instead of a cache. */
export function isRecurrentLayer({ layers, recurrent }: PublishedShape, layer: number): boolean {
  if (recurrent === undefined || (recurrent.lastIsFull === true && layer === layers - 1)) return false;
  return (layer + 1) % recurrent.interval !== 0;
}

/** Whether a layer sees only a window of the last tokens. */
export function isWindowLayer({ window }: PublishedShape, layer: number): boolean {
  if (window === undefined) return false;
  return window.fullFirst === true ? layer % window.period !== 0 : (layer + 1) % window.period !== 0;
}

function elementsOf(shape: PublishedShape): Elements[] {
  const table = shape.embedding * shape.vocabulary;
  const parts: Elements[] = [{ name: 'token_embd.weight', count: table }];
  if (shape.tied !== true) parts.push({ name: 'output.weight', count: table });
  for (let layer = 0; layer < shape.layers; layer++) {
    const name = (part: string): string => `blk.${layer}.${part}.weight`;
    parts.push({ name: name('attn'), count: mixerElements(shape, layer) });
    if (shape.experts === undefined || layer < (shape.experts.denseLayers ?? 0)) {
      parts.push({ name: name('ffn'), count: 3 * shape.embedding * (shape.denseWidth ?? 0) });
      continue;
    }
    const { count, width, shared = 0, latentWidth } = shape.experts;
    const space = latentWidth ?? shape.embedding;
    const projections = latentWidth === undefined ? 0 : 2 * shape.embedding * latentWidth;
    const always = shape.embedding * count + 3 * shape.embedding * width * shared + projections;
    parts.push({ name: name('ffn_shexp'), count: always });
    for (const part of ['up', 'gate', 'down'])
      parts.push({ name: name(`ffn_${part}_exps`), count: space * width * count, experts: true });
  }
  return parts;
}

/** Attention, or what a layer has in its place. */
function mixerElements(shape: PublishedShape, layer: number): number {
  if (shape.attentionElements !== undefined) return shape.attentionElements;
  if (isRecurrentLayer(shape, layer)) return recurrentElements(shape);
  if (shape.latent !== undefined) return latentElements(shape, shape.latent);
  const { embedding, heads } = shape;
  const inWindow = isWindowLayer(shape, layer);
  const size = (inWindow ? shape.window?.headSize : undefined) ?? shape.headSize;
  const kvHeads = (inWindow ? shape.window?.kvHeads : undefined) ?? shape.kvHeads;
  return embedding * size * (heads * (shape.gated === true ? 3 : 2) + 2 * kvHeads);
}

function latentElements({ embedding, heads, headSize, gated }: PublishedShape, latent: LatentSizes): number {
  const query = heads * (headSize + latent.rope);
  const queries = latent.queryRank === undefined ? embedding * query : latent.queryRank * (embedding + query);
  const keysAndValues = embedding * (latent.rank + latent.rope) + heads * latent.rank * (headSize + latent.value);
  return queries + keysAndValues + heads * latent.value * embedding * (gated === true ? 2 : 1);
}

type LatentSizes = NonNullable<PublishedShape['latent']>;

function recurrentElements({ embedding, recurrent }: PublishedShape): number {
  if (recurrent === undefined) return 0;
  const { size, heads, groups, fullGate } = recurrent;
  const width = heads * size;
  if (groups !== undefined) return embedding * (2 * groups * size + 3 * width + 2 * heads);
  const thin = size * (embedding + width);
  const gate = fullGate === true ? embedding * width : thin;
  return embedding * (4 * width + heads) + thin + gate;
}
