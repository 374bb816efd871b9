/**
 * Models of other architectures, a few hundred kilobytes each, with weights from a seed. Their replies depend on the
 * whole prompt.
 */
import type { ModelShape } from './model-shapes.ts';
import { shapeModel, shapes } from './model-shapes.ts';
import { writeGgufFile } from './gguf-writer.ts';
import type { WriteTensor } from './gguf-writer.ts';
import { seeded } from '../extension/seeded-edits.ts';
import type { Random } from '../extension/seeded-edits.ts';

/** All experts are used, so that no rounding sends a token another way. */
const small = {
  layers: 4,
  embedding: 64,
  heads: 4,
  kvHeads: 2,
  headSize: 32,
  vocabulary: 128,
  context: 4096,
  experts: 2,
  expertsUsed: 2,
  expertWidth: 64,
  denseWidth: 64,
  expertType: 'F32',
  sharedType: 'F32',
} as const;

export const smallModels = {
  'gpt-oss': { ...shapes.gptOss20b, ...small, window: 32 },
  'Kimi Linear': { ...shapes.kimiLinear, ...small, kvHeads: 1, latent: 32, ropeSize: 32, stateSize: 32 },
  'Qwen3 Next': { ...shapes.qwen3Next, ...small, stateSize: 32, stateHeads: 4, stateGroups: 2 },
} as const satisfies Record<string, ModelShape>;

export async function writeSmallModel(path: string, shape: ModelShape): Promise<void> {
  const { metadata, tensors } = shapeModel(shape);
  const random = seeded(1);
  await writeGgufFile(path, {
    metadata,
    tensors: tensors.map((tensor) => ({ ...tensor, data: weights(tensor, random) })),
  });
}

export function weights({ name, dimensions }: WriteTensor, random: Random): Uint8Array {
  const count = dimensions.reduce<number>((product, dimension) => product * Number(dimension), 1);
  const values = new Float32Array(count);
  const kind = String(name);
  for (let at = 0; at < count; at++) values[at] = weight(kind, Number(dimensions[0]), random);
  return new Uint8Array(values.buffer);
}

function weight(name: string, inputs: number, random: Random): number {
  const spread = (random.below(2001) - 1000) / 1000;
  if (name.includes('norm')) return 1;
  // Slow decay: what was read long ago still counts.
  if (name.endsWith('ssm_a')) return -0.03 - 0.02 * spread;
  if (name.includes('bias') || name.endsWith('sinks.weight')) return spread / 4;
  if (name.startsWith('token_embd')) return spread;
  return (spread * 2.5) / Math.sqrt(inputs);
}
