/** How many levels of lists and objects a request may have. */
export const nestingMax = 100;

/**
 * Whether lists and objects are nested more than `levels` deep in `value`. Iterative on purpose: recursion here is the
 * overflow we are guarding against, and a validator that overflows the stack may leave state behind.
 */
export function isDeeper(value: unknown, levels = nestingMax): boolean {
  let layer = [value].filter(holds);
  for (let level = 1; layer.length > 0; level++) {
    if (level > levels) return true;
    layer = layer.flatMap((one) => Object.values(one).filter(holds));
  }
  return false;
}

function holds(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
