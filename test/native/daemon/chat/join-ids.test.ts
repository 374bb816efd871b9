import { describe, expect, it } from 'vitest';
import { appendIds, joinIds } from '../../../../native/daemon/chat/join-ids.ts';

/** More than are copied at once. */
const many = Int32Array.from({ length: 600_000 }, (_, at) => at * 3);
const same = (one: Int32Array, other: Int32Array): boolean => Buffer.from(one.buffer).equals(Buffer.from(other.buffer));

describe('very many ids', () => {
  it('are joined in order, after those before them', async () => {
    const joined = await joinIds([[...many], [], [7, 8]], Int32Array.of(1, 2));
    expect(same(joined, Int32Array.from([1, 2, ...many, 7, 8]))).toBe(true);
    expect(await joinIds([])).toEqual(new Int32Array(0));
  });

  it('are added to a list in order', async () => {
    const target = [5];
    await appendIds(target, many);
    expect(same(Int32Array.from(target), Int32Array.from([5, ...many]))).toBe(true);
  });
});
