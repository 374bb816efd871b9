// The embedded model without what turns a small difference into a large one: it has as many experts as it uses for a
// token, so that none is chosen, weights that need no rounded activations, and few layers, so that it is fast. What it
// says is nonsense.
import { open } from 'node:fs/promises';
import type { GgufTensor, GgufValue } from '../../../native/daemon/gguf/gguf-header.ts';
import { readHeader } from '../../../native/daemon/gguf/read-header.ts';
import { nanoPath } from '../engine/addon-process.ts';
import { uint32, writeGgufFile } from './gguf-writer.ts';
import type { WriteTensor, WriteValue } from './gguf-writer.ts';
import { half } from '../engine/kv-rows.ts';

const layers = 3;

/** Writes it to `path`. */
export async function writeAllExpertsModel(path: string): Promise<void> {
  const { metadata, tensors } = await readHeader(nanoPath);
  const used = metadata.number('deepseek2.expert_used_count') ?? 0;
  const file = await open(nanoPath);
  try {
    const kept: WriteTensor[] = [];
    for (const tensor of tensors) {
      if (Number(/^blk\.(\d+)\./.exec(tensor.name)?.[1] ?? 0) >= layers) continue;
      const data = Buffer.alloc(tensor.bytes);
      await file.read(data, 0, tensor.bytes, tensor.offset);
      const dimensions = isOfExperts(tensor) ? [...tensor.dimensions.slice(0, -1), used] : tensor.dimensions;
      const floats = floatsOf(
        tensor,
        data,
        dimensions.reduce((product, dimension) => product * dimension, 1),
      );
      kept.push({ name: tensor.name, dimensions, type: 'F32', data: new Uint8Array(floats.buffer) });
    }
    const pairs = [...metadata.values].map(([key, value]) => [key, written(value)] as const);
    await writeGgufFile(path, {
      metadata: {
        ...Object.fromEntries(pairs),
        'deepseek2.block_count': uint32(layers),
        'deepseek2.expert_count': uint32(used),
      },
      tensors: kept,
    });
  } finally {
    await file.close();
  }
}

/** Such tensors have the experts as their last dimension. */
function isOfExperts({ name }: GgufTensor): boolean {
  return /exps\.|exp_probs_b|ffn_gate_inp\./.test(name);
}

function written(value: GgufValue): WriteValue {
  return value.type === 'array' ? { type: 'array', element: value.element, values: value.values ?? [] } : value;
}

/** The first `count` elements. Q8_0 has blocks of a scale in half precision and 32 bytes. */
function floatsOf({ type }: GgufTensor, data: Buffer, count: number): Float32Array {
  if (type.name !== 'F32' && type.name !== 'Q8_0') throw new Error(`nano has a tensor in ${type.name}`);
  const floats = new Float32Array(count);
  for (let at = 0, scale = 0; at < count; at++) {
    const block = (at >> 5) * 34;
    if (type.name === 'Q8_0' && at % 32 === 0) scale = half(data.readUInt16LE(block));
    floats[at] = type.name === 'F32' ? data.readFloatLE(at * 4) : scale * data.readInt8(block + 2 + (at % 32));
  }
  return floats;
}
