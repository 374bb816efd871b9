import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Shape of the generated model: the embedded model's architecture, about 300M parameters. */
const shape = {
  width: 768,
  layers: 12,
  heads: 16,
  queryRank: 384,
  latent: 256,
  rope: 32,
  nope: 32,
  value: 32,
  dense: 2304,
  expert: 352,
  experts: 32,
};

const overrides: Readonly<Record<string, number | string>> = {
  'general.name': 'Random MoE 300M',
  'deepseek2.embedding_length': shape.width,
  'deepseek2.block_count': shape.layers,
  'deepseek2.feed_forward_length': shape.dense,
  'deepseek2.attention.head_count': shape.heads,
  'deepseek2.attention.q_lora_rank': shape.queryRank,
  'deepseek2.attention.kv_lora_rank': shape.latent,
  'deepseek2.attention.key_length': shape.latent + shape.rope,
  'deepseek2.attention.value_length': shape.latent,
  'deepseek2.attention.key_length_mla': shape.nope + shape.rope,
  'deepseek2.attention.value_length_mla': shape.value,
  'deepseek2.expert_feed_forward_length': shape.expert,
};

interface Tensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly type: 'f32' | 'q8_0';
  readonly fill: 'one' | 'zero' | 'random';
}

/**
 * Writes a model with random weights (always the same ones) and the tokenizer and settings of `base`, unless it exists.
 * The model never produces special tokens or parts of characters: llama-server refuses to send them. Returns
 * the path of the model.
 */
export function randomMoe(base: string, folder: string): string {
  const target = path.join(folder, 'random-moe.gguf');
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const { pairs, count, tokens } = copyPairs(readFileSync(base));
  const list = tensors(tokens.length);
  const silent = tokens.flatMap((token, id) =>
    /^[\x21-\x7eĠĊ]+$/.test(token) && !/^(<\||\[)/.test(token) ? [] : [id],
  );
  let offset = 0;
  const infos = list.map((tensor) => {
    const info = Buffer.concat([
      text(tensor.name),
      u32(tensor.dimensions.length),
      ...tensor.dimensions.map((size) => u64(size)),
      u32(tensor.type === 'f32' ? 0 : 8),
      u64(offset),
    ]);
    offset += align(bytesOf(tensor));
    return info;
  });
  const header = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(list.length), u64(count), pairs, ...infos]);
  const file = openSync(`${target}.part`, 'w');
  try {
    writeSync(file, Buffer.concat([header, Buffer.alloc(align(header.length) - header.length)]));
    const random = generator(0x9e3779b9);
    for (const tensor of list) writeSync(file, data(tensor, random, tensor.name === 'output.weight' ? silent : []));
  } finally {
    closeSync(file);
  }
  renameSync(`${target}.part`, target);
  return target;
}

function tensors(vocabulary: number): Tensor[] {
  const { width, heads, latent, rope, nope, value, queryRank, dense, expert, experts } = shape;
  const q = (name: string, ...dimensions: number[]): Tensor => ({ name, dimensions, type: 'q8_0', fill: 'random' });
  const f = (name: string, fill: Tensor['fill'], ...dimensions: number[]): Tensor => ({
    name,
    dimensions,
    type: 'f32',
    fill,
  });
  const list = [
    q('output.weight', width, vocabulary),
    f('output_norm.weight', 'one', width),
    q('token_embd.weight', width, vocabulary),
  ];
  for (let layer = 0; layer < shape.layers; layer++) {
    const b = `blk.${layer}.`;
    list.push(
      q(`${b}attn_k_b.weight`, nope, latent, heads),
      q(`${b}attn_kv_a_mqa.weight`, width, latent + rope),
      f(`${b}attn_kv_a_norm.weight`, 'one', latent),
      f(`${b}attn_norm.weight`, 'one', width),
      q(`${b}attn_output.weight`, heads * value, width),
      q(`${b}attn_q_a.weight`, width, queryRank),
      f(`${b}attn_q_a_norm.weight`, 'one', queryRank),
      q(`${b}attn_q_b.weight`, queryRank, heads * (nope + rope)),
      q(`${b}attn_v_b.weight`, latent, value, heads),
      f(`${b}ffn_norm.weight`, 'one', width),
    );
    if (layer === 0)
      list.push(
        q(`${b}ffn_down.weight`, dense, width),
        q(`${b}ffn_gate.weight`, width, dense),
        q(`${b}ffn_up.weight`, width, dense),
      );
    else {
      list.push(
        f(`${b}exp_probs_b.bias`, 'zero', experts),
        q(`${b}ffn_down_exps.weight`, expert, width, experts),
        q(`${b}ffn_gate_exps.weight`, width, expert, experts),
        q(`${b}ffn_up_exps.weight`, width, expert, experts),
        f(`${b}ffn_gate_inp.weight`, 'random', width, experts),
        q(`${b}ffn_down_shexp.weight`, expert, width),
        q(`${b}ffn_gate_shexp.weight`, width, expert),
        q(`${b}ffn_up_shexp.weight`, width, expert),
      );
    }
  }
  return list;
}

const align = (bytes: number): number => Math.ceil(bytes / 32) * 32;
const elements = (tensor: Tensor): number => tensor.dimensions.reduce((product, size) => product * size, 1);
const bytesOf = (tensor: Tensor): number =>
  tensor.type === 'f32' ? elements(tensor) * 4 : (elements(tensor) / 32) * 34;

/** xorshift32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
}

/** `silent`: rows of zeros, which never have the greatest product. */
function data(tensor: Tensor, random: () => number, silent: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(align(bytesOf(tensor)));
  if (tensor.type === 'f32') {
    const filled = tensor.fill === 'one' ? 1 : 0;
    for (let at = 0; at < elements(tensor); at++)
      bytes.writeFloatLE(tensor.fill === 'random' ? random() / 2 ** 31 / 8 : filled, at * 4);
    return bytes;
  }
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeInt32LE(random(), at);
  // Q8_0: 32 signed bytes behind a half-precision scale; 0x0e00 is 2^-12 * 1.5, so weights have a deviation near 0.03.
  for (let block = 0; block < elements(tensor) / 32; block++) bytes.writeUInt16LE(0x0e00, block * 34);
  const row = ((tensor.dimensions[0] ?? 0) / 32) * 34;
  for (const at of silent) bytes.fill(0, at * row, (at + 1) * row);
  return bytes;
}

/**
 * The base's metadata with our numbers in it: the bytes of all pairs, their count and the vocabulary. The layout is in
 * docs/gguf.md of ggml.
 */
function copyPairs(file: Buffer): {
  readonly pairs: Buffer;
  readonly count: number;
  readonly tokens: readonly string[];
} {
  const count = Number(file.readBigUInt64LE(16));
  const parts: Buffer[] = [];
  const tokens: string[] = [];
  let at = 24;
  const string = (): string => {
    const length = Number(file.readBigUInt64LE(at));
    at += 8 + length;
    return file.toString('utf8', at - length, at);
  };
  const sizes: Readonly<Record<number, number>> = {
    0: 1,
    1: 1,
    2: 2,
    3: 2,
    4: 4,
    5: 4,
    6: 4,
    7: 1,
    10: 8,
    11: 8,
    12: 8,
  };
  const skip = (type: number): void => {
    if (type === 8) string();
    else if (type === 9) {
      const element = file.readUInt32LE(at);
      const length = Number(file.readBigUInt64LE(at + 4));
      at += 12;
      for (let index = 0; index < length; index++) skip(element);
    } else at += sizes[type] ?? 0;
  };
  for (let pair = 0; pair < count; pair++) {
    const from = at;
    const key = string();
    const type = file.readUInt32LE(at);
    at += 4;
    const valueFrom = at;
    if (key === 'tokenizer.ggml.tokens') {
      const length = Number(file.readBigUInt64LE(at + 4));
      at += 12;
      for (let index = 0; index < length; index++) tokens.push(string());
    } else skip(type);
    const value = overrides[key];
    if (value === undefined) parts.push(file.subarray(from, at));
    else parts.push(file.subarray(from, valueFrom), typeof value === 'string' ? text(value) : u32(value));
  }
  return { pairs: Buffer.concat(parts), count, tokens };
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}
