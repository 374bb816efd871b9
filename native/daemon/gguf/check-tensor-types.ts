import type { GgufTensor } from './gguf-header.ts';
import { invalidModel } from './invalid-model.ts';

/** Norms, biases and the like, also where they have one row per head. */
const vectorName = /(?:^|[._])(?:\w*norm(?:_?\d+)?\.weight|bias|ssm_a|ssm_conv1d\w*\.weight)$/;

/** The engine multiplies with none of these: it would call a function that is not there. */
const unmultiplied: ReadonlySet<string> = new Set(['I8', 'I16', 'I32', 'I64', 'F64', 'Q8_1', 'Q8_K']);
/** A table of experts, which is only looked up. */
const numberTable = 'ffn_gate_tid2eid.weight';

/**
 * Checks that the engine can compute with every weight, and that what is added to or multiplied with activations is not
 * quantised: the engine has no such operation and ends the process. Every converter keeps these as F32. Throws
 * model.invalid.
 */
export function checkTensorTypes(
  name: string,
  tensors: readonly Pick<GgufTensor, 'name' | 'dimensions' | 'type'>[],
): void {
  const uncomputed = tensors.find(
    (tensor) =>
      unmultiplied.has(tensor.type.name) && !(tensor.type.name === 'I32' && tensor.name.endsWith(numberTable)),
  );
  if (uncomputed !== undefined)
    throw invalidModel(
      name,
      `has ${uncomputed.name.slice(0, 80)} as ${uncomputed.type.name}, with which nothing can be computed`,
      'take a file from another converter',
    );
  const wrong = tensors.find(
    (tensor) => tensor.type.name !== 'F32' && (tensor.dimensions.length < 2 || vectorName.test(tensor.name)),
  );
  if (wrong !== undefined)
    throw invalidModel(
      name,
      `has ${wrong.name.slice(0, 80)} as ${wrong.type.name}, which must be F32`,
      'take a file from another converter',
    );
}
