import { GgufMetadata } from './gguf-header.ts';
import type { GgufTensor, GgufValue } from './gguf-header.ts';
import { ByteReader } from './byte-reader.ts';
import { invalidModel } from './invalid-model.ts';
import { hasControlCharacter, readPair, readString } from './parse-values.ts';
import { tensorBytes, tensorTypeById } from './tensor-types.ts';

/** The native loader compares every key and every tensor name with every other, so these bound its time too. */
const pairsMax = 8192;
const tensorsMax = 20_000;
const nameBytesMax = 63; // GGML_MAX_NAME with its NUL
const dimensionsMax = 4;
const alignmentMax = 1 << 20;

/** One file's header, checked against the format, not yet against the file's size or its sibling files. */
export interface ParsedFile {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly metadata: GgufMetadata;
  readonly tensors: readonly ParsedTensor[];
  readonly alignment: number;
  readonly dataOffset: number;
}

/** `offset` counts from the start of the data section, as the file has it. */
interface ParsedTensor extends Omit<GgufTensor, 'file' | 'offset'> {
  readonly offset: bigint;
}

/**
 * Walks the header of the GGUF file at `path`. Throws model.missing, file.failed, or model.invalid with one sentence
 * that names the fault. Reads only the header, and allocates no more than the file's size warrants.
 */
export async function parseFile(path: string, name: string): Promise<ParsedFile> {
  const reader = await ByteReader.open(path, name);
  try {
    const { tensorCount, pairCount } = await readPreamble(reader);
    const metadata = new GgufMetadata(await readPairs(reader, pairCount));
    const alignment = alignmentOf(reader, metadata);
    const tensors = await readTensors(reader, tensorCount);
    const dataOffset = Math.ceil(reader.position / alignment) * alignment;
    return { path, name, sizeBytes: reader.sizeBytes, metadata, tensors, alignment, dataOffset };
  } finally {
    await reader.close();
  }
}

async function readPreamble(reader: ByteReader): Promise<{ tensorCount: number; pairCount: number }> {
  if (reader.sizeBytes === 0) throw invalidModel(reader.name, 'is empty', 'download it again');
  const magicBytes = Math.min(4, reader.sizeBytes);
  await reader.fill(magicBytes);
  const magic = reader.take(magicBytes).toString('latin1');
  if (magic === 'FUGG') throw bigEndian(reader);
  if (!'GGUF'.startsWith(magic)) throw invalidModel(reader.name, 'is not a GGUF file', 'give the path of a .gguf file');
  if (magicBytes < 4) throw reader.truncated();
  await reader.fill(4);
  const version = reader.uint32();
  // A big-endian file has the version's bytes reversed: 3 reads as 0x03000000.
  if (version !== 0 && (version & 0xffff) === 0) throw bigEndian(reader);
  if (version === 1)
    throw invalidModel(reader.name, 'is in GGUF version 1, which llama.cpp no longer reads', 'take a newer file');
  if (version !== 2 && version !== 3) {
    throw invalidModel(
      reader.name,
      `is in GGUF version ${version}, but this engine reads versions 2 and 3`,
      'take a file in version 3',
    );
  }
  await reader.fill(16);
  const tensorCount = reader.count(tensorsMax, 'tensors');
  const pairCount = reader.count(pairsMax, 'keys');
  return { tensorCount, pairCount };
}

async function readPairs(reader: ByteReader, count: number): Promise<Map<string, GgufValue>> {
  const values = new Map<string, GgufValue>();
  for (let index = 0; index < count; index++) {
    const { key, value } = await readPair(reader);
    if (values.has(key)) throw invalidModel(reader.name, `has the key "${key.slice(0, 60)}" twice`);
    values.set(key, value);
  }
  return values;
}

function alignmentOf(reader: ByteReader, metadata: GgufMetadata): number {
  const value = metadata.values.get('general.alignment');
  if (value === undefined) return 32;
  const alignment = value.type === 'uint32' ? Number(value.value) : 0;
  const powerOfTwo = alignment > 0 && alignment <= alignmentMax && (alignment & (alignment - 1)) === 0;
  if (!powerOfTwo) throw invalidModel(reader.name, 'has an alignment that is not a power of two');
  return alignment;
}

async function readTensors(reader: ByteReader, count: number): Promise<ParsedTensor[]> {
  const tensors: ParsedTensor[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    const tensor = await readTensor(reader);
    if (names.has(tensor.name)) throw invalidModel(reader.name, `has the tensor ${tensor.name} twice`);
    names.add(tensor.name);
    tensors.push(tensor);
  }
  return tensors;
}

async function readTensor(reader: ByteReader): Promise<ParsedTensor> {
  const name = await readString(reader, nameBytesMax, "a tensor's name");
  if (name === '' || hasControlCharacter(name))
    throw invalidModel(reader.name, 'has a tensor with an empty or unprintable name');
  await reader.fill(4);
  const dimensionCount = reader.uint32();
  if (dimensionCount > dimensionsMax)
    throw invalidModel(reader.name, `gives the tensor ${name} ${dimensionCount} dimensions`);
  await reader.fill(dimensionCount * 8 + 12);
  const dimensions: bigint[] = [];
  for (let index = 0; index < dimensionCount; index++) dimensions.push(reader.uint64());
  const typeId = reader.uint32();
  const offset = reader.uint64();
  const type = tensorTypeById(typeId);
  if (type === undefined) {
    throw invalidModel(
      reader.name,
      `stores the tensor ${name} in the unknown or retired type ${typeId}`,
      'take a newer file or another quantisation',
    );
  }
  // Every dimension is at least 1, so the product bounds each of them and stays an exact number.
  if (dimensions.some((dimension) => dimension === 0n)) throw invalidModel(reader.name, `has the empty tensor ${name}`);
  const elements = dimensions.reduce((product, dimension) => product * dimension, 1n);
  if (elements > BigInt(Number.MAX_SAFE_INTEGER))
    throw invalidModel(reader.name, `gives the tensor ${name} an impossible size`);
  if ((dimensions[0] ?? 1n) % BigInt(type.elements) !== 0n) {
    throw invalidModel(reader.name, `gives the tensor ${name} rows that ${type.name} cannot hold`);
  }
  return {
    name,
    dimensions: dimensions.map(Number),
    type,
    elements: Number(elements),
    bytes: Number(tensorBytes(type, dimensions)),
    offset,
  };
}

function bigEndian(reader: ByteReader): Error {
  return invalidModel(
    reader.name,
    'is big-endian (made for IBM Z and the like), which this engine cannot read',
    'take the ordinary little-endian file',
  );
}
