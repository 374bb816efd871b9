/** Writes GGUF files for tests: small valid ones, and hostile ones with forced counts and offsets. */
import { open } from 'node:fs/promises';
import { ggufTypes } from '../../../native/daemon/gguf/gguf-header.ts';
import type { GgufTypeName, ScalarTypeName, ScalarValue } from '../../../native/daemon/gguf/gguf-header.ts';
import { tensorBytes, tensorTypeById } from '../../../native/daemon/gguf/tensor-types.ts';
import type { TensorType, TensorTypeName } from '../../../native/daemon/gguf/tensor-types.ts';

export type WriteValue =
  | { readonly type: ScalarTypeName; readonly value: ScalarValue | Buffer }
  | {
      readonly type: 'array';
      readonly element: GgufTypeName;
      readonly values: readonly (ScalarValue | Buffer)[];
      readonly count?: bigint;
    };

export interface WriteTensor {
  readonly name: string | Buffer;
  readonly dimensions: readonly (number | bigint)[];
  readonly type: TensorTypeName | number;
  readonly offset?: bigint; // forced; else the next aligned place
  readonly data?: Uint8Array; // else zeros
}

export interface WriteModel {
  readonly metadata: Readonly<Record<string, WriteValue>>;
  readonly tensors: readonly WriteTensor[];
  readonly version?: number;
  readonly magic?: string;
  readonly tensorCount?: bigint; // forced
  readonly pairCount?: bigint; // forced
  readonly alignment?: number;
}

export const uint32 = (value: number): WriteValue => ({ type: 'uint32', value });
export const uint16 = (value: number): WriteValue => ({ type: 'uint16', value });
export const int32 = (value: number): WriteValue => ({ type: 'int32', value });
export const float32 = (value: number): WriteValue => ({ type: 'float32', value });
export const bool = (value: boolean): WriteValue => ({ type: 'bool', value });
export const text = (value: string | Buffer): WriteValue => ({ type: 'string', value });
export const texts = (values: readonly (string | Buffer)[]): WriteValue => ({
  type: 'array',
  element: 'string',
  values,
});
export const uint32s = (values: readonly number[]): WriteValue => ({ type: 'array', element: 'uint32', values });
export const int32s = (values: readonly number[]): WriteValue => ({ type: 'array', element: 'int32', values });

/** The bytes of header and padding, and where each tensor's data belongs. */
export function ggufHeaderBytes(model: WriteModel): { header: Buffer; offsets: bigint[]; dataBytes: bigint } {
  const alignment = BigInt(model.alignment ?? 32);
  const parts: Buffer[] = [Buffer.from(model.magic ?? 'GGUF', 'latin1'), u32(model.version ?? 3)];
  const pairs = Object.entries(model.metadata);
  parts.push(u64(model.tensorCount ?? BigInt(model.tensors.length)), u64(model.pairCount ?? BigInt(pairs.length)));
  for (const [key, value] of pairs) parts.push(string(key), valueBytes(value));
  const offsets: bigint[] = [];
  let next = 0n;
  for (const tensor of model.tensors) {
    const offset = tensor.offset ?? next;
    offsets.push(offset);
    parts.push(
      string(tensor.name),
      u32(tensor.dimensions.length),
      ...tensor.dimensions.map((dimension) => u64(BigInt(dimension))),
    );
    parts.push(u32(typeof tensor.type === 'number' ? tensor.type : tensorTypeByName(tensor.type).id), u64(offset));
    next = padded(next + bytesOf(tensor), alignment);
  }
  const header = Buffer.concat(parts);
  const padding = Number(padded(BigInt(header.length), alignment)) - header.length;
  return { header: Buffer.concat([header, Buffer.alloc(padding)]), offsets, dataBytes: next };
}

/** A whole small file in memory. Forced offsets only change the header: data is laid out as if they were not there. */
export function ggufBytes(model: WriteModel): Buffer {
  const { header, dataBytes } = ggufHeaderBytes(model);
  const data = Buffer.alloc(Number(dataBytes));
  let next = 0n;
  for (const tensor of model.tensors) {
    if (tensor.data !== undefined) data.set(tensor.data, Number(next));
    next = padded(next + bytesOf(tensor), BigInt(model.alignment ?? 32));
  }
  return Buffer.concat([header, data]);
}

/** Writes the file with a hole for data that is not given, so a model of gigabytes costs nothing. Returns its size. */
export async function writeGgufFile(path: string, model: WriteModel): Promise<number> {
  const { header, offsets, dataBytes } = ggufHeaderBytes(model);
  const file = await open(path, 'w');
  try {
    await file.write(header, 0, header.length, 0);
    await file.truncate(header.length + Number(dataBytes));
    for (const [index, tensor] of model.tensors.entries()) {
      if (tensor.data !== undefined)
        await file.write(tensor.data, 0, tensor.data.length, header.length + Number(offsets[index]));
    }
  } finally {
    await file.close();
  }
  return header.length + Number(dataBytes);
}

/** The type called `name`, e.g. `Q4_K`. Throws for a name that the engine does not know. */
export function tensorTypeByName(name: TensorTypeName): TensorType {
  for (let id = 0; id < 256; id += 1) {
    const type = tensorTypeById(id);
    if (type?.name === name) return type;
  }
  throw new TypeError(`Expected the name of a tensor type but received ${name}`);
}

function bytesOf(tensor: WriteTensor): bigint {
  if (typeof tensor.type === 'number') return 0n;
  return tensorBytes(tensorTypeByName(tensor.type), tensor.dimensions.map(BigInt));
}

function padded(value: bigint, alignment: bigint): bigint {
  return ((value + alignment - 1n) / alignment) * alignment;
}

function valueBytes(value: WriteValue): Buffer {
  if (value.type !== 'array') return Buffer.concat([typeBytes(value.type), scalarBytes(value.type, value.value)]);
  const element = value.element;
  const items = element === 'array' ? [] : value.values.map((item) => scalarBytes(element, item));
  return Buffer.concat([
    typeBytes('array'),
    typeBytes(element),
    u64(value.count ?? BigInt(value.values.length)),
    ...items,
  ]);
}

function typeBytes(type: GgufTypeName): Buffer {
  return u32(ggufTypes.indexOf(type));
}

function scalarBytes(type: ScalarTypeName, value: ScalarValue | Buffer): Buffer {
  if (type === 'string') return string(Buffer.isBuffer(value) ? value : String(value));
  const bytes = Buffer.alloc(8);
  const number = Number(value);
  switch (type) {
    case 'uint8':
    case 'bool':
      bytes.writeUInt8(number);
      return bytes.subarray(0, 1);
    case 'int8':
      bytes.writeInt8(number);
      return bytes.subarray(0, 1);
    case 'uint16':
      bytes.writeUInt16LE(number);
      return bytes.subarray(0, 2);
    case 'int16':
      bytes.writeInt16LE(number);
      return bytes.subarray(0, 2);
    case 'uint32':
      bytes.writeUInt32LE(number);
      return bytes.subarray(0, 4);
    case 'int32':
      bytes.writeInt32LE(number);
      return bytes.subarray(0, 4);
    case 'float32':
      bytes.writeFloatLE(number);
      return bytes.subarray(0, 4);
    case 'uint64':
      return u64(BigInt(value as bigint));
    case 'int64':
      bytes.writeBigInt64LE(BigInt(value as bigint));
      return bytes;
    case 'float64':
      bytes.writeDoubleLE(number);
      return bytes;
  }
}

function string(value: string | Buffer): Buffer {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(value, 'utf8');
  return Buffer.concat([u64(BigInt(bytes.length)), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
