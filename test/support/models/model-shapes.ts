/** Models as tables of published numbers: at full size, or shrunk to load in a moment. */
import { GgufMetadata } from '../../../native/daemon/gguf/gguf-header.ts';
import type { GgufHeader, GgufValue } from '../../../native/daemon/gguf/gguf-header.ts';
import { tensorBytes } from '../../../native/daemon/gguf/tensor-types.ts';
import type { TensorTypeName } from '../../../native/daemon/gguf/tensor-types.ts';
import { tensorTypeByName } from './gguf-writer.ts';
import type { WriteModel, WriteValue } from './gguf-writer.ts';
import { metadataOf, tensorsOf } from './shape-tensors.ts';

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

/** The result of reading a file's header, without the file. */
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

/** Sizes that make any mixture-of-experts shape a file of some kilobytes. */
export const tinySizes = {
  layers: 2,
  embedding: 32,
  heads: 1,
  kvHeads: 1,
  headSize: 32,
  vocabulary: 8,
  experts: 2,
  expertsUsed: 1,
  expertWidth: 32,
  denseWidth: 32,
  expertType: 'Q8_0',
} as const;
