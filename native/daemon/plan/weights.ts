import type { GgufHeader } from '../gguf/gguf-header.ts';
import type { ModelFacts } from './model-facts.ts';

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
  readonly input: number; // token embedding; always in RAM
  readonly output: number; // output matrix and final norm
  readonly outputOnGpu: number; // the same, and the embedding again where it serves as the output matrix
  readonly total: number;
  readonly expertTensorLargest: number;
}

/** Groups the tensors of `header` by where a plan may put them. */
export function modelWeights(header: GgufHeader, facts: ModelFacts): ModelWeights {
  const layers = Array.from({ length: facts.layers }, () => ({ shared: 0, experts: 0 }));
  let input = 0;
  let output = 0;
  let total = 0;
  let expertTensorLargest = 0;
  for (const tensor of header.tensors) {
    const block = blockTensor.exec(tensor.name)?.[1];
    if (block === undefined) {
      total += tensor.bytes;
      if (tensor.name.startsWith('token_embd')) input += tensor.bytes;
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
  return { layers, input, output, outputOnGpu: tied ? output + input : output, total, expertTensorLargest };
}
