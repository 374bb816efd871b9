import type { TensorTypeName } from '../../../native/daemon/gguf/tensor-types.ts';
import { bool, float32, tensorTypeByName, text, uint32, uint32s } from './gguf-writer.ts';
import type { WriteTensor, WriteValue } from './gguf-writer.ts';
import type { ModelShape } from './model-shapes.ts';

function isRecurrent(shape: ModelShape, layer: number): boolean {
  if (shape.architecture !== 'kimi-linear' && shape.architecture !== 'qwen3next') return false;
  const lastOfLinear = shape.architecture === 'kimi-linear' && layer === shape.layers - 1;
  return !lastOfLinear && (layer + 1) % 4 !== 0;
}

/** The GGUF metadata of a model of this shape. */
export function metadataOf(shape: ModelShape): Record<string, WriteValue> {
  const values: Record<string, WriteValue> = {
    'general.architecture': text(shape.architecture),
    'general.name': text(shape.name),
    'tokenizer.ggml.model': text('no_vocab'),
  };
  const set = (key: string, value: WriteValue): void => {
    values[`${shape.architecture}.${key}`] = value;
  };
  const blocks = shape.layers + (shape.nextn ?? 0);
  set('vocab_size', uint32(shape.vocabulary));
  set('context_length', uint32(shape.context));
  set('embedding_length', uint32(shape.embedding));
  set('block_count', uint32(blocks));
  if (shape.nextn !== undefined) set('nextn_predict_layers', uint32(shape.nextn));
  set('feed_forward_length', uint32(shape.denseWidth));
  set('attention.head_count', uint32(shape.heads));
  const perLayer = Array.from({ length: shape.layers }, (_, layer) => (isRecurrent(shape, layer) ? 0 : shape.kvHeads));
  set('attention.head_count_kv', shape.architecture === 'kimi-linear' ? uint32s(perLayer) : uint32(shape.kvHeads));
  set('attention.layer_norm_rms_epsilon', float32(1e-6));
  set('expert_count', uint32(shape.experts));
  set('expert_used_count', uint32(shape.expertsUsed));
  set('expert_feed_forward_length', uint32(shape.expertWidth));
  set('expert_gating_func', uint32(2));
  if (shape.expertsShared > 0) set('expert_shared_count', uint32(shape.expertsShared));
  if (shape.denseLayers > 0) set('leading_dense_block_count', uint32(shape.denseLayers));
  if (shape.latent !== undefined && shape.ropeSize !== undefined) {
    set('attention.kv_lora_rank', uint32(shape.latent));
    if (shape.queryRank !== undefined) set('attention.q_lora_rank', uint32(shape.queryRank));
    set('attention.key_length', uint32(shape.latent + shape.ropeSize));
    set('attention.value_length', uint32(shape.latent));
    set('attention.key_length_mla', uint32(shape.headSize + shape.ropeSize));
    set('attention.value_length_mla', uint32(shape.headSize));
    set('rope.dimension_count', uint32(shape.ropeSize));
    set('expert_weights_scale', float32(2));
    set('expert_weights_norm', bool(true));
  } else {
    set('attention.key_length', uint32(shape.headSize));
    set('attention.value_length', uint32(shape.headSize));
    set('rope.dimension_count', uint32(shape.architecture === 'glm4moe' ? shape.headSize / 2 : shape.headSize));
  }
  if (shape.window !== undefined) set('attention.sliding_window', uint32(shape.window));
  if (shape.yarn !== undefined) {
    set('rope.scaling.type', text('yarn'));
    set('rope.scaling.factor', float32(shape.yarn.factor));
    set('rope.scaling.original_context_length', uint32(shape.yarn.original));
  }
  if (shape.stateSize !== undefined) {
    set('ssm.conv_kernel', uint32(4));
    if (shape.architecture === 'kimi-linear') set('kda.head_dim', uint32(shape.stateSize));
    else {
      const stateHeads = shape.stateHeads ?? 1;
      set('ssm.inner_size', uint32(stateHeads * shape.stateSize));
      set('ssm.state_size', uint32(shape.stateSize));
      set('ssm.time_step_rank', uint32(stateHeads));
      set('ssm.group_count', uint32(shape.stateGroups ?? 1));
      set('expert_shared_feed_forward_length', uint32(shape.expertWidth));
    }
  }
  return values;
}

/** The tensors of a model of this shape, without weights. */
export function tensorsOf(shape: ModelShape): WriteTensor[] {
  const tensors: WriteTensor[] = [
    { name: 'token_embd.weight', dimensions: [shape.embedding, shape.vocabulary], type: shape.sharedType },
    { name: 'output_norm.weight', dimensions: [shape.embedding], type: 'F32' },
    { name: 'output.weight', dimensions: [shape.embedding, shape.vocabulary], type: shape.sharedType },
  ];
  for (let layer = 0; layer < shape.layers + (shape.nextn ?? 0); layer++) tensors.push(...layerTensors(shape, layer));
  return tensors;
}

function layerTensors(shape: ModelShape, layer: number): WriteTensor[] {
  const tensors: WriteTensor[] = [];
  const add = (name: string, dimensions: readonly number[], type: TensorTypeName = shape.sharedType): void => {
    tensors.push({ name: `blk.${layer}.${name}`, dimensions, type });
  };
  const { embedding } = shape;
  add('attn_norm.weight', [embedding], 'F32');
  addAttention(shape, layer, add);
  const gptLike =
    shape.architecture === 'gpt-oss' || shape.architecture === 'glm4moe' || shape.architecture === 'qwen3next';
  add(gptLike ? 'post_attention_norm.weight' : 'ffn_norm.weight', [embedding], 'F32');
  if (layer < shape.denseLayers) {
    add('ffn_gate.weight', [embedding, shape.denseWidth]);
    add('ffn_up.weight', [embedding, shape.denseWidth]);
    add('ffn_down.weight', [shape.denseWidth, embedding]);
  } else addExperts(shape, add);
  if (layer >= shape.layers) {
    add('nextn.eh_proj.weight', [2 * embedding, embedding]);
    add('nextn.enorm.weight', [embedding], 'F32');
    add('nextn.hnorm.weight', [embedding], 'F32');
  }
  return tensors;
}

type Add = (name: string, dimensions: readonly number[], type?: TensorTypeName) => void;

function addAttention(shape: ModelShape, layer: number, add: Add): void {
  if (isRecurrent(shape, layer)) return addRecurrent(shape, add);
  const { embedding, heads, headSize } = shape;
  if (shape.latent !== undefined && shape.ropeSize !== undefined) {
    const keySize = headSize + shape.ropeSize;
    if (shape.queryRank === undefined) add('attn_q.weight', [embedding, heads * keySize]);
    else {
      add('attn_q_a.weight', [embedding, shape.queryRank]);
      add('attn_q_a_norm.weight', [shape.queryRank], 'F32');
      add('attn_q_b.weight', [shape.queryRank, heads * keySize]);
    }
    add('attn_kv_a_mqa.weight', [embedding, shape.latent + shape.ropeSize]);
    add('attn_kv_a_norm.weight', [shape.latent], 'F32');
    add('attn_k_b.weight', [headSize, shape.latent, heads]);
    add('attn_v_b.weight', [shape.latent, headSize, heads]);
    add('attn_output.weight', [heads * headSize, embedding]);
    return;
  }
  const gated = shape.architecture === 'qwen3next' ? 2 : 1;
  add('attn_q.weight', [embedding, heads * headSize * gated]);
  add('attn_k.weight', [embedding, shape.kvHeads * headSize]);
  add('attn_v.weight', [embedding, shape.kvHeads * headSize]);
  add('attn_output.weight', [heads * headSize, embedding]);
  if (shape.architecture === 'gpt-oss') {
    add('attn_sinks.weight', [heads], 'F32');
    add('attn_output.bias', [embedding], 'F32');
  } else {
    add('attn_q_norm.weight', [headSize], 'F32');
    add('attn_k_norm.weight', [headSize], 'F32');
  }
}

function addRecurrent(shape: ModelShape, add: Add): void {
  const { embedding, heads } = shape;
  const size = shape.stateSize ?? 0;
  if (shape.architecture === 'kimi-linear') {
    const width = heads * size;
    for (const part of ['q', 'k', 'v']) {
      add(`ssm_conv1d_${part}.weight`, [4, 1, width, 1], 'F32');
      add(`attn_${part}.weight`, [embedding, width]);
    }
    add('ssm_f_a.weight', [embedding, size]);
    add('ssm_f_b.weight', [size, width]);
    add('ssm_beta.weight', [embedding, heads]);
    add('ssm_a', [1, heads], 'F32');
    add('ssm_dt.bias', [width], 'F32');
    add('ssm_g_a.weight', [embedding, size]);
    add('ssm_g_b.weight', [size, width]);
    add('ssm_norm.weight', [size], 'F32');
    add('attn_output.weight', [width, embedding]);
    return;
  }
  const value = (shape.stateHeads ?? 1) * size;
  const key = (shape.stateGroups ?? 1) * size;
  add('attn_qkv.weight', [embedding, key * 2 + value]);
  add('attn_gate.weight', [embedding, value]);
  add('ssm_conv1d.weight', [4, key * 2 + value], 'F32');
  add('ssm_dt.bias', [shape.stateHeads ?? 1], 'F32');
  add('ssm_a', [shape.stateHeads ?? 1], 'F32');
  add('ssm_ba.weight', [embedding, (shape.stateHeads ?? 1) * 2]);
  add('ssm_norm.weight', [size], 'F32');
  add('ssm_out.weight', [value, embedding]);
}

function addExperts(shape: ModelShape, add: Add): void {
  const { embedding, expertWidth, experts, expertType } = shape;
  add('ffn_gate_inp.weight', [embedding, experts], 'F32');
  add('ffn_gate_exps.weight', [embedding, expertWidth, experts], expertType);
  add('ffn_up_exps.weight', [embedding, expertWidth, experts], expertType);
  add('ffn_down_exps.weight', [expertWidth, embedding, experts], fittingType(expertType, expertWidth));
  if (shape.architecture === 'gpt-oss') {
    add('ffn_gate_inp.bias', [experts], 'F32');
    add('ffn_gate_exps.bias', [expertWidth, experts], 'F32');
    add('ffn_up_exps.bias', [expertWidth, experts], 'F32');
    add('ffn_down_exps.bias', [embedding, experts], 'F32');
  } else if (shape.architecture !== 'qwen3moe' && shape.architecture !== 'qwen3next') {
    add('exp_probs_b.bias', [experts], 'F32');
  }
  if (shape.expertsShared === 0) return;
  if (shape.architecture === 'qwen3next') add('ffn_gate_inp_shexp.weight', [embedding], 'F32');
  const width = expertWidth * shape.expertsShared;
  add('ffn_gate_shexp.weight', [embedding, width]);
  add('ffn_up_shexp.weight', [embedding, width]);
  add('ffn_down_shexp.weight', [width, embedding]);
}

/** llama-quantize falls back to blocks of 32 where rows are not a multiple of 256. */
function fittingType(type: TensorTypeName, rowElements: number): TensorTypeName {
  return rowElements % tensorTypeByName(type).elements === 0 ? type : 'Q4_0';
}
