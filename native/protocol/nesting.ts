/** How deep requests may nest. */
export const nestingMax = 100;

/**
 * Whether a value of JSON nests deeper than `levels`. It goes level by level: what walks deep values by calling itself
 * overflows the stack, and a validator that is thrown out of its work may not clean up.
 */
export function isDeeper(value: unknown, levels = nestingMax): boolean {
  let layer: unknown[] = [value];
  for (let level = 0; layer.length > 0; level++) {
    if (level > levels) return true;
    layer = layer.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}
