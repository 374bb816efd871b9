import * as fc from '../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { commonPrefix, TokenLog } from '../../../../native/daemon/kv/token-log.ts';

describe('a token log', () => {
  it('grows, is cut and copied out', () => {
    const log = new TokenLog(Int32Array.of(1, 2));
    for (let at = 0; at < 1000; at++) log.push(Int32Array.of(at));
    expect([log.length, Array.from(log.slice(0, 4)), Array.from(log.slice(1000, 2000))]).toEqual([
      1002,
      [1, 2, 0, 1],
      [998, 999],
    ]);
    log.truncate(3);
    expect(Array.from(log.slice(0, 9))).toEqual([1, 2, 0]);
  });

  it('finds the first difference wherever it is', () => {
    fc.assert(
      fc.property(fc.nat(6000), fc.nat(6000), fc.nat(6000), (left, right, at) => {
        const first = Int32Array.from({ length: left }, (_, index) => index);
        const second = Int32Array.from({ length: right }, (_, index) => (index === at ? -1 : index));
        expect(commonPrefix(first, second)).toBe(Math.min(left, right, at));
      }),
    );
  });

  it('compares parts of larger buffers', () => {
    const ids = Int32Array.of(9, 1, 2, 3, 4);
    expect(commonPrefix(ids.subarray(1), Int32Array.of(1, 2, 3, 5))).toBe(3);
  });
});
