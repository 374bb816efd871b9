/** Models as tables of numbers: their metadata and tensors without the weights, at full size or shrunk to load in a moment. */
import { GgufMetadata } from '../../native/daemon/gguf/gguf-header.ts';
import type { GgufHeader, GgufValue } from '../../native/daemon/gguf/gguf-header.ts';
import { tensorBytes, tensorTypeByName } from '../../native/daemon/gguf/tensor-types.ts';
import type { TensorTypeName } from '../../native/daemon/gguf/tensor-types.ts';
import { bool, float32, text, uint32, uint32s } from './gguf-writer.ts';
import type { WriteModel, WriteTensor, WriteValue } from './gguf-writer.ts';

export interface ModelShape {
  readonly architecture: 'deepseek2' | 'qwen3moe' | 'gpt-oss' | 'glm4moe' | 'kimi-linear' | 'qwen3next';
  readonly name: string;
  readonly layers: number;
  readonly embedding: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabulary: number;
  readonly context: number;
  readonly experts: number;
  readonly expertsUsed: number;
  readonly expertsShared: number;
  readonly expertWidth: number;
  readonly denseLayers: number;
  readonly denseWidth: number;
  readonly latent?: number; // MLA: kv_lora_rank
  readonly queryRank?: number;
  readonly ropeSize?: number;
  readonly yarn?: { readonly factor: number; readonly original: number };
  readonly window?: number;
  readonly nextn?: number;
  readonly stateSize?: number; // recurrent layers: head size of the state
  readonly stateHeads?: number;
  readonly stateGroups?: number;
  readonly expertType: TensorTypeName;
  readonly sharedType: TensorTypeName;
}

const quantised = { expertType: 'Q4_K', sharedType: 'Q8_0' } as const;

export const shapes = {
  kimiK2: {
    architecture: 'deepseek2',
    name: 'Kimi K2',
    layers: 61,
    embedding: 7168,
    heads: 64,
    kvHeads: 1,
    headSize: 128,
    vocabulary: 163_840,
    context: 131_072,
    experts: 384,
    expertsUsed: 8,
    expertsShared: 1,
    expertWidth: 2048,
    denseLayers: 1,
    denseWidth: 18_432,
    latent: 512,
    queryRank: 1536,
    ropeSize: 64,
    yarn: { factor: 32, original: 4096 },
    ...quantised,
  },
  moonlight: {
    architecture: 'deepseek2',
    name: 'Moonlight 16B A3B',
    layers: 27,
    embedding: 2048,
    heads: 16,
    kvHeads: 1,
    headSize: 128,
    vocabulary: 163_840,
    context: 8192,
    experts: 64,
    expertsUsed: 6,
    expertsShared: 2,
    expertWidth: 1408,
    denseLayers: 1,
    denseWidth: 11_264,
    latent: 512,
    ropeSize: 64,
    expertType: 'Q4_0',
    sharedType: 'Q8_0',
  },
  qwen3Coder: {
    architecture: 'qwen3moe',
    name: 'Qwen3 Coder 30B A3B',
    layers: 48,
    embedding: 2048,
    heads: 32,
    kvHeads: 4,
    headSize: 128,
    vocabulary: 151_936,
    context: 262_144,
    experts: 128,
    expertsUsed: 8,
    expertsShared: 0,
    expertWidth: 768,
    denseLayers: 0,
    denseWidth: 6144,
    ...quantised,
  },
  gptOss20b: {
    architecture: 'gpt-oss',
    name: 'gpt-oss 20b',
    layers: 24,
    embedding: 2880,
    heads: 64,
    kvHeads: 8,
    headSize: 64,
    vocabulary: 201_088,
    context: 131_072,
    experts: 32,
    expertsUsed: 4,
    expertsShared: 0,
    expertWidth: 2880,
    denseLayers: 0,
    denseWidth: 2880,
    window: 128,
    expertType: 'MXFP4',
    sharedType: 'Q8_0',
  },
  gptOss120b: {
    architecture: 'gpt-oss',
    name: 'gpt-oss 120b',
    layers: 36,
    embedding: 2880,
    heads: 64,
    kvHeads: 8,
    headSize: 64,
    vocabulary: 201_088,
    context: 131_072,
    experts: 128,
    expertsUsed: 4,
    expertsShared: 0,
    expertWidth: 2880,
    denseLayers: 0,
    denseWidth: 2880,
    window: 128,
    expertType: 'MXFP4',
    sharedType: 'Q8_0',
  },
  glm45Air: {
    architecture: 'glm4moe',
    name: 'GLM 4.5 Air',
    layers: 46,
    embedding: 4096,
    heads: 96,
    kvHeads: 8,
    headSize: 128,
    vocabulary: 151_552,
    context: 131_072,
    experts: 128,
    expertsUsed: 8,
    expertsShared: 1,
    expertWidth: 1408,
    denseLayers: 1,
    denseWidth: 10_944,
    expertType: 'Q4_0',
    sharedType: 'Q8_0',
  },
  kimiLinear: {
    architecture: 'kimi-linear',
    name: 'Kimi Linear 48B A3B',
    layers: 27,
    embedding: 2304,
    heads: 32,
    kvHeads: 1,
    headSize: 128,
    vocabulary: 163_840,
    context: 1_048_576,
    experts: 256,
    expertsUsed: 8,
    expertsShared: 1,
    expertWidth: 1024,
    denseLayers: 1,
    denseWidth: 9216,
    latent: 512,
    ropeSize: 64,
    stateSize: 128,
    ...quantised,
  },
  qwen3Next: {
    architecture: 'qwen3next',
    name: 'Qwen3 Next 80B A3B',
    layers: 48,
    embedding: 2048,
    heads: 16,
    kvHeads: 2,
    headSize: 256,
    vocabulary: 151_936,
    context: 262_144,
    experts: 512,
    expertsUsed: 10,
    expertsShared: 1,
    expertWidth: 512,
    denseLayers: 0,
    denseWidth: 5120,
    stateSize: 128,
    stateHeads: 32,
    stateGroups: 16,
    ...quantised,
  },
} as const satisfies Record<string, ModelShape>;

/** The model as the GGUF writer takes it. */
export function shapeModel(shape: ModelShape): WriteModel {
  return { metadata: metadataOf(shape), tensors: tensorsOf(shape) };
}

/** What reading such a file's header would give, without the file. */
export function shapeHeader(shape: ModelShape): GgufHeader {
  const model = shapeModel(shape);
  const values = new Map<string, GgufValue>();
  for (const [key, value] of Object.entries(model.metadata)) values.set(key, asRead(value));
  let offset = 0;
  const tensors = model.tensors.map((tensor) => {
    const dimensions = tensor.dimensions.map(Number);
    const type = tensorTypeByName(tensor.type as TensorTypeName);
    const bytes = Number(tensorBytes(type, dimensions.map(BigInt)));
    const at = offset;
    offset += Math.ceil(bytes / 32) * 32;
    return {
      name: String(tensor.name),
      dimensions,
      type,
      elements: dimensions.reduce((a, b) => a * b, 1),
      bytes,
      file: 0,
      offset: at,
    };
  });
  const files = [{ location: `${shape.name}.gguf`, sizeBytes: offset, headerBytes: 0 }];
  return { files, metadata: new GgufMetadata(values), tensors, architecture: shape.architecture };
}

function asRead(value: WriteValue): GgufValue {
  if (value.type !== 'array') return { type: value.type, value: value.value as number };
  if (value.element === 'array') throw new TypeError('Expected an array of scalars');
  return { type: 'array', element: value.element, count: value.values.length, values: value.values as number[] };
}

function isRecurrent(shape: ModelShape, layer: number): boolean {
  if (shape.architecture !== 'kimi-linear' && shape.architecture !== 'qwen3next') return false;
  const lastOfLinear = shape.architecture === 'kimi-linear' && layer === shape.layers - 1;
  return !lastOfLinear && (layer + 1) % 4 !== 0;
}

function metadataOf(shape: ModelShape): Record<string, WriteValue> {
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

function tensorsOf(shape: ModelShape): WriteTensor[] {
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

/** llama-quantize falls back to blocks of 32 where rows are no multiple of 256. */
function fittingType(type: TensorTypeName, rowElements: number): TensorTypeName {
  return rowElements % tensorTypeByName(type).elements === 0 ? type : 'Q4_0';
}
