import { describe, expect, it } from 'vitest';
import { isDeeper, nestingMax } from '../../../native/protocol/nesting.ts';

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

describe('how deep a value nests', () => {
  it('is told up to any depth, lists and objects alike', () => {
    expect([nestingMax, nestingMax + 1, 1_000_000].map((levels) => isDeeper(nested(levels)))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('is nothing for what holds nothing', () => {
    for (const value of [undefined, null, 1, 'a', [], {}]) expect(isDeeper(value, 1)).toBe(false);
  });
});
