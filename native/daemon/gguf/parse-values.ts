import { isUtf8 } from 'node:buffer';
import { ggufTypes } from './gguf-header.ts';
import type { GgufTypeName, GgufValue, ScalarTypeName, ScalarValue } from './gguf-header.ts';
import { invalidModel } from './invalid-model.ts';
import type { ByteReader } from './byte-reader.ts';
import { TokenTexts } from './token-texts.ts';

/** Far above real models (vocabularies of 256,000 entries, templates of 30 kB), far below what exhausts memory. */
const keyBytesMax = 65_535;
const stringBytesMax = 16 << 20;
const arrayElementsMax = 1 << 24;
const arrayElementsKept = 4096;

const widths = {
  uint8: 1,
  int8: 1,
  bool: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  uint64: 8,
  int64: 8,
  float64: 8,
} as const satisfies Record<Exclude<ScalarTypeName, 'string'>, number>;

/** A UTF-8 string of at most `limit` bytes; `what` names it in the refusal. */
export async function readString(reader: ByteReader, limit: number, what: string): Promise<string> {
  return (await readStringBytes(reader, limit, what)).toString('utf8');
}

/** One key and its value. */
export async function readPair(reader: ByteReader): Promise<{ key: string; value: GgufValue }> {
  const key = await readString(reader, keyBytesMax, 'a key');
  // The loader works with C strings: an embedded NUL would make two readers see two different keys.
  if (key === '' || hasControlCharacter(key)) throw invalidModel(reader.name, 'has an empty or unprintable key');
  const type = await readType(reader, key);
  return {
    key,
    value: type === 'array' ? await readArray(reader, key) : { type, value: await readScalar(reader, type, key) },
  };
}

/** Whether `text` holds a character below space, or DEL. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 32 || code === 127) return true;
  }
  return false;
}

async function readType(reader: ByteReader, key: string): Promise<GgufTypeName> {
  await reader.fill(4);
  const number = reader.uint32();
  const type = ggufTypes[number];
  if (type === undefined) throw invalidModel(reader.name, `gives the key ${shown(key)} the unknown type ${number}`);
  return type;
}

async function readArray(reader: ByteReader, key: string): Promise<GgufValue> {
  const element = await readType(reader, key);
  if (element === 'array')
    throw invalidModel(reader.name, `nests arrays in the key ${shown(key)}, which no model does`);
  await reader.fill(8);
  const count = reader.count(arrayElementsMax, `elements in ${shown(key)}`);
  const width = element === 'string' ? 8 : widths[element];
  if (count * width > reader.remaining) throw reader.truncated();
  if (element === 'string') return await readStrings(reader, key, count);
  if (count > arrayElementsKept) {
    await skip(reader, count * width);
    return { type: 'array', element, count, values: undefined };
  }
  const values: ScalarValue[] = [];
  for (let index = 0; index < count; index++) values.push(await readScalar(reader, element, key));
  return { type: 'array', element, count, values };
}

async function readStrings(reader: ByteReader, key: string, count: number): Promise<GgufValue> {
  const values: string[] | undefined = count > arrayElementsKept ? undefined : [];
  const tokens = key === 'tokenizer.ggml.tokens' ? new TokenTexts() : undefined;
  for (let index = 0; index < count; index++) {
    // Fast path: a vocabulary has hundreds of thousands of strings, and an await for each costs more than reading it.
    if (!reader.has(8)) await reader.fill(8);
    const length = reader.count(stringBytesMax, `bytes in a string of ${shown(key)}`);
    if (!reader.has(length)) await reader.fill(length);
    const bytes = reader.take(length);
    if (!isUtf8(bytes)) throw notUtf8(reader, shown(key));
    if (tokens?.addIsRepeated(bytes) === true)
      throw invalidModel(reader.name, `lists the token ${shown(bytes.toString('utf8'))} twice`);
    values?.push(bytes.toString('utf8'));
  }
  return { type: 'array', element: 'string', count, values };
}

async function readScalar(reader: ByteReader, type: ScalarTypeName, key: string): Promise<ScalarValue> {
  if (type === 'string') return await readString(reader, stringBytesMax, shown(key));
  const width = widths[type];
  await reader.fill(width);
  const bytes = reader.take(width);
  switch (type) {
    case 'uint8':
      return bytes.readUInt8();
    case 'int8':
      return bytes.readInt8();
    case 'bool':
      return bytes.readUInt8() !== 0;
    case 'uint16':
      return bytes.readUInt16LE();
    case 'int16':
      return bytes.readInt16LE();
    case 'uint32':
      return bytes.readUInt32LE();
    case 'int32':
      return bytes.readInt32LE();
    case 'float32':
      return bytes.readFloatLE();
    case 'float64':
      return bytes.readDoubleLE();
    case 'uint64':
      return narrowed(bytes.readBigUInt64LE());
    case 'int64':
      return narrowed(bytes.readBigInt64LE());
  }
}

async function readStringBytes(reader: ByteReader, limit: number, what: string): Promise<Buffer> {
  await reader.fill(8);
  const length = reader.count(limit, `bytes in ${what}`);
  await reader.fill(length);
  const bytes = reader.take(length);
  if (!isUtf8(bytes)) throw notUtf8(reader, what);
  return bytes;
}

async function skip(reader: ByteReader, bytes: number): Promise<void> {
  for (let left = bytes; left > 0;) {
    const part = Math.min(left, 1 << 20);
    await reader.fill(part);
    reader.take(part);
    left -= part;
  }
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function notUtf8(reader: ByteReader, what: string): Error {
  return invalidModel(reader.name, `has text in ${what} that is not UTF-8: the file is damaged`);
}

/** A name from the file, safe to print. */
function shown(text: string): string {
  const clean = text.slice(0, 60).replace(/[^ -~]/g, '?');
  return `"${clean}"`;
}
