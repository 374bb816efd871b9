// What may be wrong in what a model says of itself: one change each.
import architectures from '../../../native/daemon/gguf/architectures.json' with { type: 'json' };
import type { ScalarTypeName, ScalarValue } from '../../../native/daemon/gguf/gguf-header.ts';
import type { Random } from '../extension/seeded-edits.ts';
import type { WriteModel, WriteTensor, WriteValue } from './gguf-writer.ts';

/** What was changed, in words, and the changed model. */
type Change = readonly [what: string, model: WriteModel];

const scalarTypes = [
  'uint8',
  'int8',
  'uint16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'uint64',
  'int64',
  'float64',
] as const;
const tensorTypes = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q4_0',
  'Q4_K',
  'Q6_K',
  'IQ4_NL',
  'MXFP4',
  'I8',
  'I32',
  'I64',
  'F64',
] as const;
export const extremes = [
  0,
  1,
  2,
  3,
  7,
  31,
  32,
  33,
  64,
  127,
  255,
  511,
  512,
  4096,
  65_535,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];
const extremeFractions = [0, -0, 1, -1, 1e-38, 1e38, -1e38, NaN, Infinity, -Infinity, 1e-6, 1e6, 0.5];
/** What loaders read of other models. */
const otherKeys = [
  [
    'attention.causal',
    'attention.sliding_window',
    'attention.scale',
    'attention.max_alibi_bias',
    'attention.clamp_kqv',
  ],
  ['pooling_type', 'logit_scale', 'final_logit_softcapping', 'attn_logit_softcapping', 'rope.freq_base'],
  [
    'rope.scaling.factor',
    'rope.scaling.attn_factor',
    'rope.dimension_sections',
    'rope.freq_base_swa',
    'residual_scale',
  ],
  ['embedding_scale', 'nextn_predict_layers', 'token_shift_count', 'expert_group_count', 'expert_group_used_count'],
  ['interleave_moe_layer_step', 'attention.group_norm_groups', 'attention.layer_norm_epsilon', 'ssm.dt_b_c_rms'],
  [
    'attention.sliding_window_pattern',
    'attention.shared_kv_layers',
    'full_attention_interval',
    'use_parallel_residual',
  ],
  ['rope.scaling.yarn_log_multiplier', 'moe_every_n_layers', 'expert_weights_scale', 'decoder_block_count'],
].flat();
const otherTokenIds = [
  'bos',
  'eos',
  'eot',
  'eom',
  'unknown',
  'seperator',
  'padding',
  'cls',
  'mask',
  'fim_pre',
  'fim_suf',
];
const tokenizers = ['gpt2', 'llama', 'bert', 't5', 'rwkv', 'plamo2', 'no_vocab', 'none', 'x'];
const preTokenizers = ['default', 'llama-bpe', 'kimi-k2', 'qwen2', 'gpt-4o', 'deepseek-v3', 'glm4', 'tekken', 'x', ''];

const usual = ['deepseek2', 'qwen3moe', 'gpt-oss', 'glm4moe', 'kimi-linear', 'qwen3next'];

export function nameOf({ metadata }: WriteModel): string {
  return String(scalar(metadata['general.architecture']));
}

function scalar(value: WriteValue | undefined): ScalarValue | Buffer | undefined {
  return value === undefined || value.type === 'array' ? undefined : value.value;
}

function changedNumber(random: Random, model: WriteModel): Change {
  const keys = Object.keys(model.metadata).filter(
    (key) => !['string', 'array'].includes(model.metadata[key]?.type ?? 'array'),
  );
  const key = random.pick(keys);
  const value = model.metadata[key];
  if (value === undefined || value.type === 'array') return [`no ${key}`, model];
  const now = Number(value.value);
  const isFraction = value.type === 'float32';
  const near = [now - 1, now + 1, now * 2, Math.floor(now / 2), now * 3, -now];
  const far = isFraction ? extremeFractions : extremes;
  const wanted = random.pick(random.below(2) === 0 ? near : far);
  const number = isFraction
    ? wanted
    : Math.max(0, Math.min(value.type === 'bool' ? 255 : 2 ** 32 - 1, Math.floor(wanted)));
  return [`${key} is ${number}`, withKey(model, key, { type: value.type, value: number })];
}

function changedType(random: Random, model: WriteModel): Change {
  const key = random.pick(Object.keys(model.metadata));
  const value = model.metadata[key];
  const one = value === undefined || value.type === 'array' ? 1 : value.value;
  const kind = random.below(4);
  const type = random.pick(scalarTypes);
  if (kind === 0) return [`${key} is a text`, withKey(model, key, { type: 'string', value: String(one) })];
  if (kind === 1) {
    const values = Array.from({ length: random.pick([0, 1, 2, 4, 5, 600]) }, () => bounded(type, Number(one) || 0));
    return [`${key} is ${values.length} ${type}`, withKey(model, key, { type: 'array', element: type, values })];
  }
  return [`${key} is ${type}`, withKey(model, key, { type, value: bounded(type, Number(one) || 0) })];
}

/** The number, or the nearest that the type holds. */
function bounded(type: ScalarTypeName, value: number): number {
  const whole = (least: number, most: number): number => Math.max(least, Math.min(most, Math.trunc(value) || 0));
  if (type === 'uint8' || type === 'bool') return whole(0, 255);
  if (type === 'int8') return whole(-128, 127);
  if (type === 'uint16') return whole(0, 65_535);
  if (type === 'int16') return whole(-32_768, 32_767);
  if (type === 'uint32' || type === 'uint64') return whole(0, 2 ** 32 - 1);
  if (type === 'int32' || type === 'int64') return whole(-(2 ** 31), 2 ** 31 - 1);
  return value;
}

function renamedKey(random: Random, model: WriteModel): Change {
  const keys = Object.keys(model.metadata);
  const key = random.pick(keys);
  const to = random.pick([
    random.pick(keys),
    `${key.slice(0, -1)}`,
    `x${key}`,
    `${nameOf(model)}.${random.pick(otherKeys)}`,
    key.replace(/^[^.]+/, random.pick(architectures.known)),
  ]);
  return [
    `${key} is called ${to}`,
    { ...model, metadata: renamed(model.metadata, (name) => (name === key ? to : name)) },
  ];
}

function renamed(metadata: WriteModel['metadata'], to: (name: string) => string): WriteModel['metadata'] {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [to(name), value]));
}

function droppedKey(random: Random, model: WriteModel): Change {
  const key = random.pick(Object.keys(model.metadata));
  return [
    `without ${key}`,
    { ...model, metadata: Object.fromEntries(Object.entries(model.metadata).filter(([name]) => name !== key)) },
  ];
}

function addedKey(random: Random, model: WriteModel): Change {
  if (random.below(4) === 0) {
    const key = `tokenizer.ggml.${random.pick(otherTokenIds)}_token_id`;
    const value = random.pick([0, 1, 335, 336, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]);
    return [`${key} is ${value}`, withKey(model, key, { type: 'uint32', value })];
  }
  const key = `${nameOf(model)}.${random.pick(otherKeys)}`;
  const type = random.pick(['uint32', 'uint32', 'float32', 'bool'] as const);
  const value = type === 'float32' ? random.pick(extremeFractions) : bounded(type, random.pick(extremes));
  return [`${key} is ${type} ${value}`, withKey(model, key, { type, value })];
}

function changedVocabulary(random: Random, model: WriteModel): Change {
  const list = (key: string): readonly (ScalarValue | Buffer)[] => {
    const value = model.metadata[`tokenizer.ggml.${key}`];
    return value?.type === 'array' ? value.values : [];
  };
  const kind = random.below(6);
  if (kind === 0) {
    const name = random.pick(tokenizers);
    return [`the tokenizer is ${name}`, withKey(model, 'tokenizer.ggml.model', { type: 'string', value: name })];
  }
  if (kind === 1) {
    const name = random.pick(preTokenizers);
    return [`the pre-tokenizer is "${name}"`, withKey(model, 'tokenizer.ggml.pre', { type: 'string', value: name })];
  }
  if (kind === 2) {
    const template = String(scalar(model.metadata['tokenizer.chat_template']) ?? '');
    const at = random.below(template.length + 1);
    const value =
      template.slice(0, at) +
      random.pick(['{%', '{{ x.y.z }}', '{% for a in range(99999999) %}', '', '\u0000', '{{']) +
      template.slice(at + random.below(200));
    return [`the template is changed at ${at}`, withKey(model, 'tokenizer.chat_template', { type: 'string', value })];
  }
  const key = random.pick(['tokens', 'token_type', 'merges'] as const);
  const values = [...list(key)];
  const at = random.below(values.length + 1);
  if (random.below(3) === 0) values.length = Math.min(values.length, at);
  else if (key === 'token_type') values[at] = random.pick([0, 1, 2, 3, 4, 5, 6, 7, -1, 2 ** 31 - 1]);
  else
    values[at] = random.pick([
      '',
      ' ',
      'a',
      'a b',
      'a b c',
      '\u0120',
      '<0x41>',
      '\uFFFF',
      'x'.repeat(5000),
      '<|im_end|>',
      `${at} ${at}`,
    ]);
  const element = key === 'token_type' ? 'int32' : 'string';
  return [
    `${key} ${at} of ${values.length} changed`,
    withKey(model, `tokenizer.ggml.${key}`, { type: 'array', element, values: [...values] }),
  ];
}

function withKey(model: WriteModel, key: string, value: WriteValue): WriteModel {
  return { ...model, metadata: { ...model.metadata, [key]: value } };
}

function withTensor(model: WriteModel, at: number, tensor: WriteTensor): WriteModel {
  return { ...model, tensors: model.tensors.map((other, place) => (place === at ? tensor : other)) };
}

function tensorOf(random: Random, model: WriteModel): readonly [number, WriteTensor] {
  const at = random.below(model.tensors.length);
  return [at, model.tensors[at] ?? { name: 'none', dimensions: [1], type: 'F32' }];
}

function changedTensorType(random: Random, model: WriteModel): Change {
  const [at, tensor] = tensorOf(random, model);
  const wanted = random.pick(tensorTypes);
  const block = wanted.endsWith('_K') ? 256 : 32;
  const fits =
    ['F32', 'F16', 'BF16', 'I8', 'I32', 'I64', 'F64'].includes(wanted) || Number(tensor.dimensions[0]) % block === 0;
  const type = fits ? wanted : 'F16';
  return [`${String(tensor.name)} as ${type}`, withTensor(model, at, { ...tensor, type, data: undefined })];
}

function changedDimensions(random: Random, model: WriteModel): Change {
  const [at, tensor] = tensorOf(random, model);
  const sizes = tensor.dimensions.map(Number);
  const place = random.below(sizes.length);
  const dimensions = random.pick([
    [...sizes].reverse(),
    sizes.map((size, index) => (index === place ? size * 2 : size)),
    sizes.map((size, index) => (index === place ? Math.max(1, size >> 1) : size)),
    sizes.map((size, index) => (index === place ? size + 32 : size)),
    sizes.map((size, index) => (index === place ? 1 : size)),
    sizes.slice(0, -1),
    [...sizes, 1].slice(0, 4),
    [...sizes, 2].slice(0, 4),
    [sizes.reduce((product, size) => product * size, 1)],
  ]);
  const quantised = tensor.type !== 'F32';
  const type = quantised ? 'F32' : tensor.type;
  return [
    `${String(tensor.name)} of ${dimensions.join(' x ')}`,
    withTensor(model, at, { ...tensor, type, dimensions, data: undefined }),
  ];
}

function renamedTensor(random: Random, model: WriteModel): Change {
  const [at, tensor] = tensorOf(random, model);
  const [other] = [tensorOf(random, model)[1]];
  const name = String(tensor.name);
  const to = random.pick([
    String(other.name),
    name.replace(/\d+/, (layer) => String(Number(layer) + 1)),
    name.replace('.weight', '.bias'),
    name.replace('.bias', '.weight'),
    `${name}.x`,
    name.replace(/attn_[a-z_]+/, random.pick(['attn_qkv', 'attn_q_norm', 'attn_sinks', 'attn_gate', 'attn_norm'])),
  ]);
  return [`${name} is called ${to}`, withTensor(model, at, { ...tensor, name: to })];
}

function droppedTensor(random: Random, model: WriteModel): Change {
  const [at, tensor] = tensorOf(random, model);
  return [`without ${String(tensor.name)}`, { ...model, tensors: model.tensors.filter((_, place) => place !== at) }];
}

/** The same weights under the name of another architecture, with all keys. */
function otherArchitecture(random: Random, model: WriteModel): Change {
  const from = nameOf(model);
  const to = random.pick([...usual, ...architectures.known]);
  const metadata = renamed(model.metadata, (name) =>
    name.startsWith(`${from}.`) ? to + name.slice(from.length) : name,
  );
  return [
    `it calls itself ${to}`,
    { ...model, metadata: { ...metadata, 'general.architecture': { type: 'string', value: to } } },
  ];
}

/** Those that find more are there more often. Their order is that of the seeds. */
export const modelChanges: readonly ((random: Random, model: WriteModel) => Change)[] = [
  changedNumber,
  changedNumber,
  changedNumber,
  changedNumber,
  changedType,
  renamedKey,
  droppedKey,
  addedKey,
  addedKey,
  changedVocabulary,
  changedVocabulary,
  changedTensorType,
  changedTensorType,
  changedDimensions,
  renamedTensor,
  droppedTensor,
  otherArchitecture,
];
