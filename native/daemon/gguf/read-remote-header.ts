import type { GGUFTypedMetadata, GGUFValueType } from '@huggingface/gguf';
import { CodedError } from '../../protocol/coded-error.ts';
import { checkDimensions } from './check-dimensions.ts';
import { checkTensorTypes } from './check-tensor-types.ts';
import { checkModel } from './check-model.ts';
import { GgufMetadata, ggufTypes } from './gguf-header.ts';
import type { GgufFile, GgufHeader, GgufTensor, GgufValue, ScalarTypeName, ScalarValue } from './gguf-header.ts';
import { invalidModel } from './invalid-model.ts';
import { splitOf } from './splits.ts';
import { tensorBytes, tensorTypeById } from './tensor-types.ts';

export type Fetch = typeof fetch;
const shardsMax = 500;

/**
 * Reads the header of a model on a server, to plan before a download: `request` fetches the first megabytes of each
 * file. `url` may name any file of a split model. Throws file.failed when the server does not answer, model.invalid
 * when the answer is not a GGUF file, model.unsupported when the engine does not know its architecture.
 */
export async function readRemoteHeader(url: string, request: Fetch): Promise<GgufHeader> {
  const files: GgufFile[] = [];
  const tensors: GgufTensor[] = [];
  let metadata: GgufMetadata | undefined;
  for (const [index, location] of shardUrls(url).entries()) {
    const name = fileName(location);
    const part = await parse(location, name, request);
    metadata ??= metadataOf(part.typedMetadata);
    files.push({ location, sizeBytes: undefined, headerBytes: Number(part.tensorDataOffset) });
    for (const tensor of part.tensorInfos) {
      const type = tensorTypeById(Number(tensor.dtype));
      if (type === undefined) throw invalidModel(name, `stores the tensor ${tensor.name} in an unknown type`);
      const elements = tensor.shape.reduce((product, dimension) => product * dimension, 1n);
      if (elements > BigInt(Number.MAX_SAFE_INTEGER))
        throw invalidModel(name, `gives the tensor ${tensor.name} an impossible size`);
      const offset = Number(part.tensorDataOffset + tensor.offset);
      tensors.push({
        name: tensor.name,
        dimensions: tensor.shape.map(Number),
        type,
        elements: Number(elements),
        bytes: Number(tensorBytes(type, tensor.shape)),
        file: index,
        offset,
      });
    }
  }
  if (metadata === undefined) throw invalidModel(fileName(url), 'has no files');
  const architecture = checkModel(fileName(url), metadata);
  checkDimensions(fileName(url), architecture, metadata, tensors);
  checkTensorTypes(fileName(url), tensors);
  return { files, metadata, tensors, architecture };
}

async function parse(url: string, name: string, request: Fetch) {
  // Loaded only here: it brings tables of every model on the hub and a local file never needs it.
  const { gguf } = await import('@huggingface/gguf');
  let reached = false;
  const counted: Fetch = async (input, init) => {
    const response = await request(input, init);
    if (!response.ok)
      throw new CodedError(
        'file.failed',
        `The server answered ${response.status} for ${name}; check the address and whether it needs a login.`,
      );
    reached = true;
    return response;
  };
  try {
    return await gguf(url, { fetch: counted, typedMetadata: true });
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    if (!reached)
      throw new CodedError(
        'file.failed',
        `The server of ${name} cannot be reached; check the address and the network.`,
        { cause },
      );
    throw new CodedError('model.invalid', `${name} at that address is not a readable GGUF file; take another file.`, {
      cause,
    });
  }
}

function shardUrls(url: string): string[] {
  const split = splitOf(new URL(url).pathname);
  if (split === undefined || split.count > shardsMax) return [url];
  const pad = (number: number): string => String(number).padStart(5, '0');
  const current = `-${pad(split.number)}-of-`;
  return Array.from({ length: split.count }, (_, index) => url.replace(current, `-${pad(index + 1)}-of-`));
}

function fileName(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? url);
}

function metadataOf(typed: GGUFTypedMetadata): GgufMetadata {
  const values = new Map<string, GgufValue>();
  for (const [key, entry] of Object.entries(typed)) {
    if (entry === undefined || !('type' in entry)) continue;
    const value = entry.value;
    if (Array.isArray(value)) {
      const element = scalarName('subType' in entry ? entry.subType : undefined);
      if (element === undefined) continue;
      const items: readonly unknown[] = value;
      values.set(key, {
        type: 'array',
        element,
        count: items.length,
        values: items.length <= 4096 ? items.filter(isScalar).map(narrowed) : undefined,
      });
      continue;
    }
    const type = scalarName(entry.type);
    if (type !== undefined && isScalar(value)) values.set(key, { type, value: narrowed(value) });
  }
  return new GgufMetadata(values);
}

function scalarName(type: GGUFValueType | undefined): ScalarTypeName | undefined {
  const name = type === undefined ? undefined : ggufTypes[type];
  return name === 'array' ? undefined : name;
}

function isScalar(value: unknown): value is ScalarValue {
  return ['number', 'bigint', 'string', 'boolean'].includes(typeof value);
}

function narrowed(value: ScalarValue): ScalarValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
