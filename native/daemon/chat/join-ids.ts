import { shareLoop } from './share-loop.ts';

/** Ids that are copied without a look at the time: about a millisecond. */
const copiedMax = 262_144;

/** Adds ids to an array. In a loop: spreading would exceed the limit of a call's arguments. */
export async function appendIds(target: number[], ids: Int32Array): Promise<void> {
  for (let from = 0; from < ids.length; from += copiedMax) {
    for (const id of ids.subarray(from, from + copiedMax)) target.push(id);
    await shareLoop();
  }
}

/** All ids of the parts in one array, after those of `head`. */
export async function joinIds(
  parts: readonly (readonly number[])[],
  head: Int32Array = new Int32Array(0),
): Promise<Int32Array> {
  const joined = new Int32Array(parts.reduce((sum, part) => sum + part.length, head.length));
  joined.set(head);
  let end = head.length;
  for (const part of parts) {
    for (let from = 0; from < part.length; from += copiedMax) {
      await shareLoop();
      joined.set(part.length <= copiedMax ? part : part.slice(from, from + copiedMax), end + from);
    }
    end += part.length;
  }
  return joined;
}

/** `head`, then `tail`; for few ids. */
export function concatenate(head: Int32Array, tail: readonly number[]): Int32Array {
  const ids = new Int32Array(head.length + tail.length);
  ids.set(head);
  ids.set(tail, head.length);
  return ids;
}
