// Small models of several architectures, each changed somewhere in what it says of itself.
import { readHeader } from '../../../native/daemon/gguf/read-header.ts';
import { nanoPath } from '../engine/addon-process.ts';
import { seeded, type Random } from '../extension/seeded-edits.ts';
import { ggufBytes, ggufHeaderBytes, type WriteModel, type WriteValue } from './gguf-writer.ts';
import { extremes, modelChanges, nameOf } from './model-changes.ts';
import { shapeModel, shapes, tinySizes } from './model-shapes.ts';
import { weights } from './small-models.ts';

/** A changed model, and what was changed, in words. */
export interface MutatedModel {
  readonly change: string;
  readonly bytes: Buffer;
}

const small = { ...tinySizes, vocabulary: 336, heads: 2, expertType: 'F32', sharedType: 'F32' } as const;
const mla = { ...small, latent: 32, ropeSize: 32 } as const;
const shapesUsed = [
  { ...shapes.kimiK2, ...mla, queryRank: 32 },
  { ...shapes.qwen3Coder, ...small },
  { ...shapes.gptOss20b, ...small, window: 32 },
  { ...shapes.glm45Air, ...small },
  { ...shapes.kimiLinear, ...mla, layers: 4, stateSize: 32 },
  { ...shapes.qwen3Next, ...small, layers: 4, stateSize: 32, stateHeads: 4, stateGroups: 2 },
];

/** Makes the mutant of a number: the same number gives the same bytes. */
export class ModelMutator {
  readonly #models: readonly WriteModel[];

  private constructor(models: readonly WriteModel[]) {
    this.#models = models;
  }

  static async open(): Promise<ModelMutator> {
    const vocabulary = await smallVocabulary();
    return new ModelMutator(
      shapesUsed.map((shape, at) => {
        const { metadata, tensors } = shapeModel(shape);
        const random = seeded(at);
        return {
          metadata: { ...metadata, ...vocabulary },
          tensors: tensors.map((tensor) => ({ ...tensor, data: weights(tensor, random) })),
        };
      }),
    );
  }

  /** All of them as they are. */
  whole(): readonly MutatedModel[] {
    return this.#models.map((model) => ({ change: 'nothing', bytes: ggufBytes(model) }));
  }

  mutant(seed: number): MutatedModel {
    const random = seeded(seed);
    const model = random.pick(this.#models);
    const what: string[] = [];
    let changed = model;
    if (random.below(5) === 0) return changedBytes(random, model);
    for (let count = 1 + random.below(2); count > 0; count--) {
      const change = random.pick(modelChanges);
      const [words, next] = change(random, changed);
      what.push(words);
      changed = next;
    }
    return { change: `${nameOf(model)}: ${what.join(', ')}`, bytes: ggufBytes(changed) };
  }
}

/** The vocabulary of the embedded model with its first merges only: 320 ordinary tokens and 16 special ones. */
async function smallVocabulary(): Promise<Record<string, WriteValue>> {
  const { metadata } = await readHeader(nanoPath);
  const ordinary = 320;
  const special = metadata.count('tokenizer.ggml.tokens') - 16;
  const result: Record<string, WriteValue> = {};
  for (const [key, value] of metadata.values) {
    if (!key.startsWith('tokenizer.')) continue;
    if (value.type === 'array') {
      const all = value.values ?? [];
      const kept = key.endsWith('merges')
        ? all.slice(0, ordinary - 256)
        : [...all.slice(0, ordinary), ...all.slice(special)];
      result[key] = { type: 'array', element: value.element, values: kept };
    } else if (key.endsWith('_token_id')) result[key] = { ...value, value: Number(value.value) - special + ordinary };
    else result[key] = value;
  }
  return result;
}

/** Bytes of the header: some of them, or a whole number. Most are not in the vocabulary, which is the largest part. */
function changedBytes(random: Random, model: WriteModel): MutatedModel {
  const bytes = ggufBytes(model);
  const { length } = ggufHeaderBytes(model).header;
  const vocabulary = bytes.indexOf('tokenizer.ggml.tokens');
  const tensors = bytes.indexOf('token_embd.weight');
  const place = (): number => {
    const part = random.below(10);
    if (part === 0) return random.below(length - 8);
    if (part < 6 && tensors > 0) return tensors - 8 + random.below(length - tensors);
    return random.below(Math.max(24, vocabulary));
  };
  const what: string[] = [];
  for (let count = 1 + random.below(4); count > 0; count--) {
    const at = place();
    const kind = random.below(3);
    const value = kind === 0 ? random.below(256) : random.pick(extremes);
    if (kind === 0) bytes[at] = value;
    else if (kind === 1) bytes.writeUInt32LE(value, at);
    else bytes.writeBigUInt64LE(BigInt(value), at);
    what.push(`${['byte', 'number', 'long number'][kind]} at ${at} is ${value}`);
  }
  return { change: `${nameOf(model)}: ${what.join(', ')}`, bytes };
}
