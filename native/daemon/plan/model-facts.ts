import type { GgufHeader, GgufMetadata } from '../gguf/gguf-header.ts';
import type { TensorSize } from './described-weights.ts';

/** What a plan reads of a header: that of a file, or one made from published numbers. */
export interface PlannedHeader extends Pick<GgufHeader, 'architecture' | 'metadata'> {
  readonly tensors: readonly TensorSize[];
}

/** Memory of one layer for past tokens, in elements. */
export type LayerCache =
  | { readonly kind: 'full' | 'window'; readonly keyElements: number; readonly valueElements: number }
  /** Recurrent: a state per sequence, whatever its length, in f32. */
  | {
      readonly kind: 'state';
      readonly shiftElements: number;
      readonly stateElements: number;
      readonly channels: number;
    };

interface ExpertFacts {
  readonly count: number;
  readonly used: number;
  readonly shared: number;
  readonly width: number; // feed-forward length of one expert
}

/** The numbers a memory plan is made of, read from a model's metadata. Sizes in elements. */
export interface ModelFacts {
  readonly architecture: string;
  readonly layers: number; // blocks that run, without multi-token-prediction blocks
  readonly blocks: number; // all blocks
  readonly embedding: number;
  readonly vocabulary: number;
  readonly heads: number;
  readonly keySize: number; // of one head, as computed
  readonly denseWidth: number;
  readonly contextTrained: number;
  readonly yarn: YarnFacts | undefined; // as the file declares it: already in force
  readonly latent: { readonly rank: number; readonly rope: number } | undefined; // MLA with a compressed cache
  readonly window: number; // 0: none
  readonly experts: ExpertFacts | undefined;
  readonly cache: readonly LayerCache[]; // one per block that has one
  readonly cacheRowElements: readonly number[]; // head sizes in the cache: a quantised cache needs multiples of 32
}

export interface YarnFacts {
  readonly factor: number;
  readonly originalContext: number;
}

/** Sliding-window architectures: every n-th layer is full unless the file says otherwise (llama.cpp, src/models). */
const windowPeriods: Readonly<Record<string, number>> = {
  'gpt-oss': 2,
  gemma2: 2,
  gemma3: 6,
  gemma3n: 5,
  gemma4: 6,
  'gemma-embedding': 6,
  laguna: 4,
  mellum: 4,
  'muse-glimmer': 4,
  cohere2: 4,
  exaone4: 4,
  llama4: 4,
  olmo2: 4,
  afmoe: 4,
  smallthinker: 4,
};

/** Sliding-window architectures whose periods begin with the full layer instead of ending with it. */
const fullLayerFirst: ReadonlySet<string> = new Set(['laguna']);

/** Reads the facts from a header that has been checked. Never throws; absent numbers count as 0. */
export function modelFacts(header: PlannedHeader): ModelFacts {
  const { metadata, architecture } = header;
  const number = (key: string): number => metadata.number(`${architecture}.${key}`) ?? 0;
  const blocks = number('block_count');
  const layers = blocks - number('nextn_predict_layers');
  const heads = Math.max(0, ...(metadata.perLayer(`${architecture}.attention.head_count`, blocks) ?? []));
  const keySize = number('attention.key_length') || (heads > 0 ? number('embedding_length') / heads : 0);
  const rank = number('attention.kv_lora_rank');
  const compressed = rank > 0 && number('attention.key_length_mla') > 0 && number('attention.value_length_mla') > 0;
  const cache = cacheOf(header, { blocks, layers, heads, keySize, compressed });
  return {
    architecture,
    layers,
    blocks,
    embedding: number('embedding_length'),
    vocabulary: metadata.count('tokenizer.ggml.tokens') || number('vocab_size'),
    heads,
    keySize: compressed ? number('attention.key_length_mla') : keySize,
    denseWidth: Math.max(0, ...(metadata.perLayer(`${architecture}.feed_forward_length`, blocks) ?? [])),
    contextTrained: number('context_length'),
    yarn: yarnOf(metadata, architecture),
    latent: compressed ? { rank, rope: number('rope.dimension_count') } : undefined,
    window: cache.some((layer) => layer.kind === 'window') ? number('attention.sliding_window') : 0,
    experts: expertsOf(metadata, architecture, blocks),
    cache,
    cacheRowElements: compressed ? [keySize] : [keySize, number('attention.value_length') || keySize],
  };
}

function yarnOf(metadata: GgufMetadata, architecture: string): YarnFacts | undefined {
  const factor = metadata.number(`${architecture}.rope.scaling.factor`) ?? 0;
  const originalContext = metadata.number(`${architecture}.rope.scaling.original_context_length`) ?? 0;
  if (metadata.string(`${architecture}.rope.scaling.type`) !== 'yarn' || factor <= 1 || originalContext === 0)
    return undefined;
  return { factor, originalContext };
}

function expertsOf(metadata: GgufMetadata, architecture: string, blocks: number): ExpertFacts | undefined {
  const perLayer = (key: string): number => Math.max(0, ...(metadata.perLayer(`${architecture}.${key}`, blocks) ?? []));
  const count = metadata.number(`${architecture}.expert_count`) ?? 0;
  if (count === 0) return undefined;
  const used = perLayer('expert_used_count');
  const width = perLayer('expert_feed_forward_length') || perLayer('feed_forward_length');
  const shared = metadata.number(`${architecture}.expert_shared_count`) ?? 0;
  return { count, used, shared, width };
}

interface CacheShape {
  readonly blocks: number;
  readonly layers: number;
  readonly heads: number;
  readonly keySize: number;
  readonly compressed: boolean;
}

/** Follows llama_model::create_memory: which blocks have a KV cache, a windowed one, or a recurrent state. */
function cacheOf(header: PlannedHeader, shape: CacheShape): LayerCache[] {
  const { metadata, architecture } = header;
  const number = (key: string): number => metadata.number(`${architecture}.${key}`) ?? 0;
  const kvHeads = metadata.perLayer(`${architecture}.attention.head_count_kv`, shape.blocks);
  const valueSize = number('attention.value_length') || shape.keySize;
  const windowed = windowedLayers(metadata, architecture, shape.blocks);
  const recurrent = recurrentLayers(metadata, architecture, shape);
  const state = stateOf(metadata, architecture, shape.heads);
  const layers: LayerCache[] = [];
  for (let block = 0; block < shape.blocks; block++) {
    if (recurrent[block] === true) {
      // llama.cpp keeps no state for prediction blocks.
      if (block < shape.layers) layers.push(state);
      continue;
    }
    if (block >= shape.layers && (state.stateElements > 0 || withoutPredictionCache.has(architecture))) continue;
    const count = kvHeads?.[block] ?? shape.heads;
    const inWindow = windowed[block] === true && block < shape.layers;
    const kind = inWindow ? 'window' : 'full';
    const key = inWindow ? number('attention.key_length_swa') || shape.keySize : shape.keySize;
    const value = inWindow ? number('attention.value_length_swa') || key : valueSize;
    // With MLA the latent vector is key and value at once: only K is stored.
    layers.push({ kind, keyElements: count * key, valueElements: shape.compressed ? 0 : count * value });
  }
  return layers;
}

/** Architectures without cells for prediction blocks in the main context; others (glm4moe) have them. */
const withoutPredictionCache: ReadonlySet<string> = new Set(['step35', 'hy_v3', 'glm-dsa', 'mimo2', 'deepseek32']);

function windowedLayers(metadata: GgufMetadata, architecture: string, blocks: number): boolean[] {
  const none = Array.from({ length: blocks }, () => false);
  const fallback = windowPeriods[architecture];
  if (fallback === undefined || (metadata.number(`${architecture}.attention.sliding_window`) ?? 0) === 0) return none;
  const key = `${architecture}.attention.sliding_window_pattern`;
  const pattern = metadata.values.get(key);
  if (pattern?.type === 'array') return none.map((_, block) => Number(pattern.values?.[block] ?? 0) !== 0);
  const period = metadata.number(key) ?? fallback;
  const full = fullLayerFirst.has(architecture) ? 0 : period - 1;
  return none.map((_, block) => period === 0 || block % period !== full);
}

const intervalArchitectures: ReadonlySet<string> = new Set(['qwen3next', 'qwen35', 'qwen35moe', 'qwen4exp']);

function recurrentLayers(metadata: GgufMetadata, architecture: string, shape: CacheShape): boolean[] {
  const stateful = (metadata.number(`${architecture}.ssm.conv_kernel`) ?? 0) > 0;
  const kvHeads = metadata.perLayer(`${architecture}.attention.head_count_kv`, shape.blocks);
  const interval = metadata.number(`${architecture}.full_attention_interval`) ?? 4;
  return Array.from({ length: shape.blocks }, (_, block) => {
    if (!stateful) return false;
    if (intervalArchitectures.has(architecture)) return block < shape.layers && (block + 1) % interval !== 0;
    return kvHeads?.[block] === 0 || shape.heads === 0;
  });
}

/** llama_hparams::n_embd_r and n_embd_s. */
function stateOf(metadata: GgufMetadata, architecture: string, heads: number): Extract<LayerCache, { kind: 'state' }> {
  const number = (key: string): number => metadata.number(`${architecture}.${key}`) ?? 0;
  const shift = Math.max(0, number('ssm.conv_kernel') - 1);
  const kda = number('kda.head_dim');
  if (kda > 0)
    return {
      kind: 'state',
      shiftElements: 3 * shift * heads * kda,
      stateElements: kda * kda * heads,
      channels: heads * kda,
    };
  const inner = number('ssm.inner_size');
  const state = number('ssm.state_size');
  const shiftElements = shift * (inner + 2 * number('ssm.group_count') * state);
  return { kind: 'state', shiftElements, stateElements: state * inner, channels: inner };
}
