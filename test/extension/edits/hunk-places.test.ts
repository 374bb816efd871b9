import { describe, expect, it } from 'vitest';
import { hunkAbove, hunkAtLine, hunkBelow, hunksOfChange } from '../../../extension/edits/hunk-places.ts';
import type { Hunk } from '../../../extension/edits/hunks.ts';

const changed: Hunk = { oldStart: 2, oldLines: 1, newStart: 2, newLines: 2 };
const deleted: Hunk = { oldStart: 8, oldLines: 2, newStart: 9, newLines: 0 };
const inserted: Hunk = { oldStart: 15, oldLines: 0, newStart: 14, newLines: 3 };
const all = [changed, deleted, inserted];

describe('the hunk of a place', () => {
  it('is the one that holds the line; a deletion belongs to both lines beside it', () => {
    expect([1, 2, 3, 4, 8, 9, 10, 16, 17].map((line) => hunkAtLine(all, line))).toEqual([
      undefined,
      changed,
      changed,
      undefined,
      deleted,
      deleted,
      undefined,
      inserted,
      undefined,
    ]);
  });

  it('below or above is the next one that is not here', () => {
    expect([0, 2, 9, 14].map((line) => hunkBelow(all, line))).toEqual([changed, deleted, inserted, undefined]);
    expect([0, 3, 9, 15, 40].map((line) => hunkAbove(all, line))).toEqual([
      undefined,
      undefined,
      changed,
      deleted,
      inserted,
    ]);
  });

  it("of the editor's own diff is every one that it covers", () => {
    const change = (
      originalStartLineNumber: number,
      originalEndLineNumber: number,
      modifiedStartLineNumber: number,
      modifiedEndLineNumber: number,
    ) =>
      hunksOfChange(all, {
        originalStartLineNumber,
        originalEndLineNumber,
        modifiedStartLineNumber,
        modifiedEndLineNumber,
      });
    expect(change(3, 3, 3, 4)).toEqual([changed]);
    expect(change(9, 10, 9, 0)).toEqual([deleted]);
    expect(change(15, 0, 15, 17)).toEqual([inserted]);
    expect(change(3, 10, 3, 9)).toEqual([changed, deleted]);
    expect(change(5, 5, 6, 6)).toEqual([]);
  });
});
