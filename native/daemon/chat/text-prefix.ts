/**
 * Length of the common prefix of two texts in UTF-16 units; it never ends inside a surrogate pair.
 * @param known units that are known to be equal and need no comparison.
 */
export function lengthOfCommonPrefix(left: string, right: string, known = 0): number {
  const end = Math.min(left.length, right.length);
  let shared = Math.min(known, end);
  const step = 4096; // whole slices compare at memory speed
  while (shared + step <= end && left.slice(shared, shared + step) === right.slice(shared, shared + step))
    shared += step;
  while (shared < end && left.charCodeAt(shared) === right.charCodeAt(shared)) shared++;
  const last = left.charCodeAt(shared - 1);
  return shared < end && last >= 0xd800 && last <= 0xdbff ? shared - 1 : shared;
}
