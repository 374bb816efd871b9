import { GgufMetadata } from '../gguf/gguf-header.ts';
import type { GgufValue } from '../gguf/gguf-header.ts';
import type { PublishedShape } from '../models/published-shape.ts';
import { describedTensors, isRecurrentLayer, isWindowLayer } from './described-weights.ts';
import type { WeightSizes } from './described-weights.ts';
import type { PlannedHeader } from './model-facts.ts';

export interface DescribedModel {
  readonly architecture: string;
  readonly contextTokens: number;
  readonly shape: PublishedShape;
  readonly weights: WeightSizes;
}

/** What a plan would read from the header of the model's file, made from published numbers. */
export function describedHeader(model: DescribedModel): PlannedHeader {
  return {
    architecture: model.architecture,
    metadata: new GgufMetadata(metadataOf(model)),
    tensors: describedTensors(model.shape, model.weights),
  };
}

function metadataOf({ architecture, contextTokens, shape }: DescribedModel): Map<string, GgufValue> {
  const values = new Map<string, GgufValue>();
  const set = (key: string, value: number | undefined): void => {
    if (value !== undefined) values.set(`${architecture}.${key}`, { type: 'uint32', value });
  };
  const setLayers = (key: string, value: (layer: number) => number): void => {
    const each = Array.from({ length: shape.layers }, (_, layer) => value(layer));
    values.set(`${architecture}.${key}`, { type: 'array', element: 'uint32', count: each.length, values: each });
  };
  set('context_length', contextTokens);
  set('block_count', shape.layers);
  set('embedding_length', shape.embedding);
  set('vocab_size', shape.vocabulary);
  set('feed_forward_length', shape.denseWidth);
  set('attention.head_count', shape.heads);
  setLayers('attention.head_count_kv', (layer) => kvHeads(shape, layer));
  setAttention(shape, set);
  if (shape.window !== undefined) {
    set('attention.sliding_window', shape.window.tokens);
    set('attention.key_length_swa', shape.window.headSize);
    setLayers('attention.sliding_window_pattern', (layer) => Number(isWindowLayer(shape, layer)));
  }
  setRecurrent(shape, set);
  set('expert_count', shape.experts?.count);
  set('expert_used_count', shape.experts?.used);
  set('expert_feed_forward_length', shape.experts?.width);
  set('expert_shared_count', shape.experts?.shared);
  return values;
}

type Setter = (key: string, value: number | undefined) => void;

/** Layers that never have a cache have no heads for one; delta nets are found by their interval instead. */
function kvHeads(shape: PublishedShape, layer: number): number {
  if (shape.recurrent?.groups === undefined && isRecurrentLayer(shape, layer)) return 0;
  if (isWindowLayer(shape, layer)) return shape.window?.kvHeads ?? shape.kvHeads;
  return shape.kvHeads;
}

function setAttention({ latent, headSize }: PublishedShape, set: Setter): void {
  if (latent === undefined) {
    set('attention.key_length', headSize);
    set('attention.value_length', headSize);
    return;
  }
  set('attention.kv_lora_rank', latent.rank);
  set('attention.key_length', latent.rank + latent.rope);
  set('attention.value_length', latent.rank);
  set('attention.key_length_mla', headSize + latent.rope);
  set('attention.value_length_mla', latent.value);
  set('rope.dimension_count', latent.rope);
}

function setRecurrent({ recurrent }: PublishedShape, set: Setter): void {
  if (recurrent === undefined) return;
  set('ssm.conv_kernel', 4);
  if (recurrent.groups === undefined) {
    set('kda.head_dim', recurrent.size);
    return;
  }
  set('full_attention_interval', recurrent.interval);
  set('ssm.inner_size', recurrent.heads * recurrent.size);
  set('ssm.state_size', recurrent.size);
  set('ssm.group_count', recurrent.groups);
}
