import type { ModelFacts, PlannedHeader } from './model-facts.ts';

/** The tensors of a layer's routed experts, in the form the native loader's placement patterns take. */
export const expertTensorPattern = 'ffn_(up|down|gate|gate_up)_(ch|)exps';
const expertTensor = new RegExp(`^blk\\.(\\d+)\\.${expertTensorPattern}`);
const blockTensor = /^blk\.(\d+)\./;

/** Bytes of one block. */
interface LayerWeights {
  readonly shared: number; // attention, norms, router, shared experts, dense feed-forward
  readonly experts: number; // all routed experts
}

/** Location of a model's bytes. Multi-token-prediction blocks are not counted: they are not loaded. */
export interface ModelWeights {
  readonly layers: readonly LayerWeights[];
  readonly input: number; // tables whose rows are looked up, such as the token embedding; always in RAM
  readonly lazy: number; // tables that stay in the file; a token reads a few rows of them
  readonly output: number; // output matrix and final norm
  readonly outputOnGpu: number; // the same, and the embedding again where it serves as the output matrix
  readonly total: number; // what is in memory: without `lazy`
  readonly expertTensorLargest: number;
}

/** The table that llama.cpp reads row by row, if its architecture marks it and it is larger than this. */
const rowTable = 'per_layer_token_embd';
const lazyArchitectures: ReadonlySet<string> = new Set(['gemma4', 'qwen4exp']);
const lazyBytesMin = 4 * 1024 ** 3;

/** Groups the tensors of `header` by where a plan may put them. */
export function modelWeights(header: PlannedHeader, facts: ModelFacts): ModelWeights {
  const layers = Array.from({ length: facts.layers }, () => ({ shared: 0, experts: 0 }));
  let embedding = 0;
  let tables = 0;
  let lazy = 0;
  let output = 0;
  let total = 0;
  let expertTensorLargest = 0;
  for (const tensor of header.tensors) {
    const block = blockTensor.exec(tensor.name)?.[1];
    if (block === undefined) {
      const isTable = tensor.name.startsWith(rowTable);
      if (isTable && lazyArchitectures.has(facts.architecture) && tensor.bytes > lazyBytesMin) {
        lazy += tensor.bytes;
        continue;
      }
      total += tensor.bytes;
      if (isTable) tables += tensor.bytes;
      else if (tensor.name.startsWith('token_embd')) embedding += tensor.bytes;
      else output += tensor.bytes;
      continue;
    }
    const layer = layers[Number(block)];
    if (layer === undefined) continue;
    total += tensor.bytes;
    if (expertTensor.test(tensor.name)) {
      layer.experts += tensor.bytes;
      expertTensorLargest = Math.max(expertTensorLargest, tensor.bytes);
    } else layer.shared += tensor.bytes;
  }
  const tied = !header.tensors.some((tensor) => tensor.name === 'output.weight');
  const outputOnGpu = tied ? output + embedding : output;
  return { layers, input: embedding + tables, lazy, output, outputOnGpu, total, expertTensorLargest };
}
