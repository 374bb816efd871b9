/** How many UTF-16 units two texts have in common from their start, never half a surrogate pair. `known`: surely equal. */
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
