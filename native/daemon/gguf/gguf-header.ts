import type { TensorType } from './tensor-types.ts';

export const ggufTypes = [
  'uint8',
  'int8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'float32',
  'bool',
  'string',
  'array',
  'uint64',
  'int64',
  'float64',
] as const; // in the order of the format's numbers 0 to 12

export type GgufTypeName = (typeof ggufTypes)[number];
export type ScalarTypeName = Exclude<GgufTypeName, 'array'>;
/** 64-bit integers above 2^53 stay bigint. */
export type ScalarValue = number | bigint | string | boolean;

interface GgufScalar {
  readonly type: ScalarTypeName;
  readonly value: ScalarValue;
}

interface GgufArray {
  readonly type: 'array';
  readonly element: ScalarTypeName;
  readonly count: number;
  /** Kept only for short arrays: a vocabulary is checked and counted, not stored. */
  readonly values: readonly ScalarValue[] | undefined;
}

export type GgufValue = GgufScalar | GgufArray;

export interface GgufTensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  readonly type: TensorType;
  readonly elements: number;
  readonly bytes: number;
  readonly file: number; // index into GgufHeader.files
  readonly offset: number; // from the start of that file
}

export interface GgufFile {
  readonly location: string; // path or URL
  readonly sizeBytes: number | undefined; // undefined: a server that does not say
  readonly headerBytes: number | undefined; // where the data begins
}

/** Metadata of a model's files, with the splits merged. */
export interface GgufHeader {
  readonly files: readonly GgufFile[];
  readonly metadata: GgufMetadata;
  readonly tensors: readonly GgufTensor[];
  readonly architecture: string;
}

/** Typed look-ups in the key-value part; a key of another type counts as absent. */
export class GgufMetadata {
  readonly values: ReadonlyMap<string, GgufValue>;

  constructor(values: ReadonlyMap<string, GgufValue>) {
    this.values = values;
  }

  string(key: string): string | undefined {
    const value = this.values.get(key);
    return value?.type === 'string' && typeof value.value === 'string' ? value.value : undefined;
  }

  number(key: string): number | undefined {
    const value = this.values.get(key);
    return value !== undefined && value.type !== 'array' && typeof value.value === 'number' ? value.value : undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.values.get(key);
    return value?.type === 'bool' && typeof value.value === 'boolean' ? value.value : undefined;
  }

  /** Elements of an array, 0 where there is none. */
  count(key: string): number {
    const value = this.values.get(key);
    return value?.type === 'array' ? value.count : 0;
  }

  /** One number per layer: an array as it is, a single number repeated `count` times; undefined when absent. */
  perLayer(key: string, count: number): readonly number[] | undefined {
    const value = this.values.get(key);
    if (value === undefined) return undefined;
    if (value.type !== 'array') return typeof value.value === 'number' ? repeated(value.value, count) : undefined;
    return value.values?.map(Number);
  }
}

function repeated(value: number, count: number): number[] {
  return Array.from({ length: count }, () => value);
}
