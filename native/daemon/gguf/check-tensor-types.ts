import type { GgufTensor } from './gguf-header.ts';
import { invalidModel } from './invalid-model.ts';

/** Norms, biases and the like, also where they have one row per head. */
const vectorName = /(?:^|[._])(?:\w*norm(?:_?\d+)?\.weight|bias|ssm_conv1d\w*\.weight)$/;

/**
 * Checks that what is added to or multiplied with activations is not quantised: the engine has no such operation and
 * ends the process. Every converter keeps these as F32. Throws model.invalid.
 */
export function checkTensorTypes(
  name: string,
  tensors: readonly Pick<GgufTensor, 'name' | 'dimensions' | 'type'>[],
): void {
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
