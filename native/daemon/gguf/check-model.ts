import { checkArchitecture } from './check-architecture.ts';
import type { GgufMetadata, ScalarTypeName } from './gguf-header.ts';
import { invalidModel } from './invalid-model.ts';

const layersMax = 512; // LLAMA_MAX_LAYERS
const expertsMax = 1024; // LLAMA_MAX_EXPERTS
const poolingMax = 4; // LLAMA_POOLING_TYPE_*
const ropeScalings = ['none', 'linear', 'yarn', 'longrope'];

/**
 * Checks the metadata that the native loader takes for granted: a wrong value there does not raise an error, it ends
 * the process (GGML_ASSERT in load_hparams and in the vocabulary). Throws model.invalid, and model.unsupported for an
 * architecture that the engine does not know.
 */
export function checkModel(name: string, metadata: GgufMetadata): string {
  const architecture = metadata.string('general.architecture');
  if (architecture === undefined || !/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(architecture)) {
    throw invalidModel(
      name,
      'does not say which architecture it has (general.architecture)',
      'take a file that is a language model',
    );
  }
  checkArchitecture(name, architecture);
  const check = new Checker(name, metadata, architecture);
  const layers = check.integer('block_count', 1, layersMax);
  check.integer('nextn_predict_layers', 0, layers ?? 0);
  checkExperts(check);
  checkHeads(check);
  check.fractions();
  const scaling = metadata.string(`${architecture}.rope.scaling.type`);
  if (scaling !== undefined && !ropeScalings.includes(scaling))
    throw invalidModel(name, 'scales positions in an unknown way');
  checkVocabulary(name, metadata);
  return architecture;
}

class Checker {
  readonly name: string;
  private readonly metadata: GgufMetadata;
  private readonly architecture: string;

  constructor(name: string, metadata: GgufMetadata, architecture: string) {
    this.name = name;
    this.metadata = metadata;
    this.architecture = architecture;
  }

  /** The number under `<architecture>.<key>`, refused outside [least, most]; undefined when absent. */
  integer(key: string, least: number, most: number): number | undefined {
    const value = this.metadata.values.get(`${this.architecture}.${key}`);
    if (value === undefined) return undefined;
    const numbers = value.type === 'array' ? (value.values ?? []).map(Number) : [Number(value.value)];
    for (const number of numbers) {
      if (!Number.isInteger(number) || number < least || number > most) {
        throw this.refuse(key, `must lie between ${least} and ${most}`);
      }
    }
    return numbers.length === 0 ? undefined : Math.max(...numbers);
  }

  /** Refuses numbers that are infinite or none, and epsilons that cannot be one: the loader asserts on them. */
  fractions(): void {
    for (const [key, { type, ...value }] of this.metadata.values) {
      if (!key.startsWith(`${this.architecture}.`) || (type !== 'float32' && type !== 'float64')) continue;
      const number = 'value' in value ? Number(value.value) : 0;
      const own = key.slice(this.architecture.length + 1);
      if (!Number.isFinite(number)) throw this.refuse(own, 'must be a finite number');
      if (own.endsWith('epsilon') && (number < 0 || number > 1)) throw this.refuse(own, 'must lie between 0 and 1');
    }
  }

  refuse(key: string, rule: string): Error {
    return invalidModel(this.name, `has an impossible ${this.architecture}.${key}, which ${rule}`);
  }
}

function checkExperts(check: Checker): void {
  const experts = check.integer('expert_count', 0, expertsMax) ?? 0;
  const used = check.integer('expert_used_count', 0, experts) ?? 0;
  if (experts > 0 && used === 0) throw check.refuse('expert_used_count', 'must be above 0');
  const groups = check.integer('expert_group_count', 0, Math.max(0, experts - 1)) ?? 0;
  if (groups <= 1) return;
  if (experts % groups !== 0) throw check.refuse('expert_group_count', 'must divide the number of experts');
  check.integer('expert_group_used_count', 1, groups - 1);
}

function checkHeads(check: Checker): void {
  const most = 1 << 20;
  check.integer('embedding_length', 1, most);
  check.integer('context_length', 1, 2 ** 31 - 1);
  check.integer('attention.head_count', 0, 65_536);
  check.integer('attention.head_count_kv', 0, 65_536);
  check.integer('attention.key_length', 0, most);
  check.integer('attention.value_length', 0, most);
  check.integer('rope.dimension_count', 0, most);
  check.integer('pooling_type', 0, poolingMax);
}

function checkVocabulary(name: string, metadata: GgufMetadata): void {
  const tokens = metadata.count('tokenizer.ggml.tokens');
  const expected: readonly (readonly [string, readonly ScalarTypeName[], number])[] = [
    ['tokenizer.ggml.tokens', ['string'], 1],
    ['tokenizer.ggml.merges', ['string'], 0],
    ['tokenizer.ggml.scores', ['float32', 'int32'], tokens],
    ['tokenizer.ggml.token_type', ['int32', 'uint32'], tokens],
  ];
  for (const [key, types, least] of expected) {
    const value = metadata.values.get(key);
    if (value === undefined) continue;
    if (value.type !== 'array' || !types.includes(value.element))
      throw invalidModel(name, `has a vocabulary of the wrong type (${key})`);
    if (value.count < least) throw invalidModel(name, `has a vocabulary with parts missing (${key})`);
  }
}
