import type { GgufMetadata, GgufTensor } from './gguf-header.ts';
import { invalidModel } from './invalid-model.ts';

/** Architectures where attn_k and attn_v have heads times head size rows, and the whole head is rotated. */
const plainAttention: ReadonlySet<string> = new Set([
  'llama',
  'qwen2',
  'qwen2moe',
  'qwen3',
  'qwen3moe',
  'gpt-oss',
  'glm4moe',
  'qwen3next',
]);
const partlyRotated: ReadonlySet<string> = new Set(['glm4moe', 'qwen3next']);
const gatedDelta: ReadonlySet<string> = new Set(['qwen3next', 'qwen35', 'qwen35moe']);
/** Architectures whose recurrent layers are twice as wide as the others. */
const doubleWidth: ReadonlySet<string> = new Set(['jamba', 'granitehybrid']);
const gatingMax = 4; // LLAMA_EXPERT_GATING_FUNC_TYPE_*

/**
 * Checks that the numbers in the metadata agree with each other and with the weights where the native loader builds
 * its graph on them without looking: there a contradiction ends the process. Throws model.invalid.
 */
export function checkDimensions(
  name: string,
  architecture: string,
  metadata: GgufMetadata,
  tensors: readonly Pick<GgufTensor, 'name' | 'dimensions'>[],
): void {
  const number = (key: string): number => metadata.number(`${architecture}.${key}`) ?? 0;
  const refuse = (what: string): Error =>
    invalidModel(name, `contradicts itself about its ${what}: the file is damaged`);
  const gating = number('expert_gating_func');
  if (gating < 0 || gating > gatingMax || (gating === 0 && architecture === 'kimi-linear')) throw refuse('experts');
  if (
    gatedDelta.has(architecture) &&
    number('ssm.inner_size') !== number('ssm.time_step_rank') * number('ssm.state_size')
  )
    throw refuse('recurrent layers');
  if (doubleWidth.has(architecture) && number('ssm.inner_size') !== 2 * number('embedding_length'))
    throw refuse('recurrent layers');
  if (architecture === 'qwen3next' && !gatesAreThere(tensors)) throw refuse('recurrent layers');
  if (architecture === 'kimi-linear' && tensors.some((tensor) => tensor.name.endsWith('.attn_kv_b.weight'))) {
    throw invalidModel(
      name,
      'was made by an early converter and keeps a full KV cache, which this engine cannot',
      'take a newer file',
    );
  }
  if (!latentAgrees(architecture, metadata, number)) throw refuse('latent attention');
  if (plainAttention.has(architecture) && !attentionAgrees(architecture, metadata, tensors))
    throw refuse('attention heads');
}

/** The loader takes a recurrent layer without its gate, and the graph then reads it. */
function gatesAreThere(tensors: readonly Pick<GgufTensor, 'name'>[]): boolean {
  const names = new Set(tensors.map(({ name }) => name));
  return [...names].every(
    (name) => !name.endsWith('.attn_qkv.weight') || names.has(name.replace('.attn_qkv.', '.attn_gate.')),
  );
}

function latentAgrees(architecture: string, metadata: GgufMetadata, number: (key: string) => number): boolean {
  const key = number('attention.key_length_mla');
  const value = number('attention.value_length_mla');
  if (key === 0 && value === 0) return architecture !== 'kimi-linear';
  const rank = number('attention.kv_lora_rank');
  const rope = number('rope.dimension_count');
  const all = metadata.perLayer(`${architecture}.attention.head_count`, 1) ?? [];
  const heads = metadata.perLayer(`${architecture}.attention.head_count_kv`, 1) ?? all;
  return (
    value > 0 &&
    key > rope &&
    number('attention.key_length') === rank + rope &&
    number('attention.value_length') === rank &&
    heads.every((count) => count === 0 || count === 1)
  );
}

function attentionAgrees(
  architecture: string,
  metadata: GgufMetadata,
  tensors: readonly Pick<GgufTensor, 'name' | 'dimensions'>[],
): boolean {
  const number = (key: string): number => metadata.number(`${architecture}.${key}`) ?? 0;
  const blocks = number('block_count');
  const heads = metadata.perLayer(`${architecture}.attention.head_count`, blocks) ?? [];
  const kvHeads = metadata.perLayer(`${architecture}.attention.head_count_kv`, blocks) ?? heads;
  const derived = Math.floor(number('embedding_length') / Math.max(1, heads[0] ?? 0));
  const size = (key: string): number => metadata.number(`${architecture}.${key}`) ?? derived;
  const rotated = metadata.number(`${architecture}.rope.dimension_count`) ?? size('attention.key_length');
  const head = size('attention.key_length');
  if (partlyRotated.has(architecture) ? rotated > head : rotated !== head) return false;
  if (metadata.number(`${architecture}.rope.dimension_count`) !== undefined && (rotated < 2 || rotated % 2 !== 0))
    return false; // numbers are turned in pairs
  return tensors.every((tensor) => {
    const match = /^blk\.(\d+)\.attn_([kv])\.weight$/.exec(tensor.name);
    if (match === null) return true;
    const rows = match[2] === 'k' ? head : size('attention.value_length');
    return tensor.dimensions[1] === (kvHeads[Number(match[1])] ?? 0) * rows;
  });
}
