import { describe, expect, it } from 'vitest';
import { absorb } from '../../../extension/edits/hunk-merge.ts';
import { hunks, undo } from '../../../extension/edits/hunks.ts';
import { editText, randomText, seeded } from '../../support/extension/seeded-edits.ts';

const lines = (...of: readonly string[]) => of.map((line) => `${line}\n`).join('');

describe("the baseline after somebody else's edit", () => {
  it('is the new text where nothing was pending', () => {
    expect(absorb('a\n', 'a\n', 'b\n')).toBe('b\n');
    expect(absorb('a\n', 'x\n', 'x\n')).toBe('a\n');
  });

  it('is the new text also when the edit is of very many lines', () => {
    const long = (word: string): string => Array.from({ length: 200_000 }, (_, at) => `${word} ${at}\n`).join('');
    expect(absorb(`a\nb\n${long('x')}`, `c\nb\n${long('x')}`, `c\nb\n${long('y')}`)).toBe(`a\nb\n${long('y')}`);
  });

  it('has the edit at the place that it has in the text', () => {
    expect(absorb(lines('a', 'b', 'c', 'd'), lines('a', 'B1', 'B2', 'c', 'd'), lines('a', 'B1', 'B2', 'c', 'D'))).toBe(
      lines('a', 'b', 'c', 'D'),
    );
    expect(absorb(lines('a', 'b', 'c', 'd'), lines('b', 'c', 'd'), lines('b', 'c', 'new', 'd'))).toBe(
      lines('a', 'b', 'c', 'new', 'd'),
    );
  });

  it('has the text as it is now where the edit meets a hunk', () => {
    expect(absorb(lines('a', 'b', 'c'), lines('a', 'B', 'c'), lines('a', 'mine', 'c'))).toBe(lines('a', 'mine', 'c'));
    expect(absorb(lines('a', 'c'), lines('a', 'b1', 'b2', 'c'), lines('a', 'b1', 'mine', 'b2', 'c'))).toBe(
      lines('a', 'b1', 'mine', 'b2', 'c'),
    );
  });

  it('settles one hunk and leaves its neighbours', () => {
    const baseline = lines('1', '2', '3', '4', '5');
    const before = lines('1', 'two', '3', 'four', '5');
    const after = lines('1', 'mine', '3', 'four', '5');
    expect(undo(absorb(baseline, before, after), after, hunks(absorb(baseline, before, after), after))).toBe(
      lines('1', 'mine', '3', '4', '5'),
    );
  });

  it('settles every hunk that one edit meets', () => {
    expect(absorb(lines('1', '2', '3', '4', '5'), lines('1', 'two', '3', 'four', '5'), lines('1', 'all', '5'))).toBe(
      lines('1', 'all', '5'),
    );
  });

  it('holds an edit at the very place of a deletion', () => {
    const after = lines('a', 'mine', 'c');
    const merged = absorb(lines('a', 'b', 'c'), lines('a', 'c'), after);
    expect(merged).toBe(lines('a', 'b', 'mine', 'c'));
    expect(hunks(merged, after)).toEqual([{ oldStart: 1, oldLines: 1, newStart: 1, newLines: 0 }]);
  });

  it('holds every line of the edit, whatever it met', () => {
    for (let seed = 0; seed < 1500; seed++) {
      const random = seeded(seed);
      let count = 0;
      const baseline = randomText(random, 20);
      const before = editText(random, baseline, random.below(6), () => `assistant ${random.below(4)}`);
      const after = editText(random, before, random.below(6), () => `mine ${count++}`);
      const merged = absorb(baseline, before, after);
      const theirs = (text: string) => text.match(/^mine \d+/gm) ?? [];
      expect(theirs(merged), `seed ${seed}`).toEqual(theirs(after));
      // Undoing what is left leaves no line that the assistant wrote and the user did not touch.
      const left = undo(merged, after, hunks(merged, after));
      expect(left).toBe(merged);
    }
  });
});
