/** How deep requests may nest. */
export const nestingMax = 100;

/**
 * Whether more than `levels` lists and objects of a value stand in each other. It goes level by level: what walks deep
 * values by calling itself overflows the stack, and a validator that is thrown out of its work may not clean up.
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
