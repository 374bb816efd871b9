import type { Hunk } from './hunks.ts';

/** A change as the editor's own diff names it: lines from 1; an end of 0 means that the range is empty, after the line of its start. */
export interface EditorChange {
  readonly originalStartLineNumber: number;
  readonly originalEndLineNumber: number;
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

/** The hunk that holds the line; what was only deleted belongs to the lines on both sides of it. */
export function hunkAtLine(hunks: readonly Hunk[], line: number): Hunk | undefined {
  return (
    hunks.find((hunk) => line >= hunk.newStart && line < hunk.newStart + hunk.newLines) ??
    hunks.find((hunk) => hunk.newLines === 0 && (line === hunk.newStart || line === hunk.newStart - 1))
  );
}

/** The first hunk that begins below the line. */
export function hunkBelow(hunks: readonly Hunk[], line: number): Hunk | undefined {
  return hunks.find((hunk) => hunk.newStart > line);
}

/** The last hunk that ends above the line, unless the line is in it. */
export function hunkAbove(hunks: readonly Hunk[], line: number): Hunk | undefined {
  const here = hunkAtLine(hunks, line);
  return hunks.findLast((hunk) => hunk !== here && hunk.newStart < line);
}

/** The hunks that a change of the editor's own diff covers: it may cut the difference in another way. */
export function hunksOfChange(hunks: readonly Hunk[], change: EditorChange): Hunk[] {
  const [oldStart, oldEnd] = rangeOf(change.originalStartLineNumber, change.originalEndLineNumber);
  const [newStart, newEnd] = rangeOf(change.modifiedStartLineNumber, change.modifiedEndLineNumber);
  return hunks.filter(
    (hunk) =>
      meets(hunk.oldStart, hunk.oldStart + hunk.oldLines, oldStart, oldEnd) ||
      meets(hunk.newStart, hunk.newStart + hunk.newLines, newStart, newEnd),
  );
}

/** From 0, the end excluded. */
function rangeOf(start: number, end: number): [number, number] {
  return end === 0 ? [start, start] : [start - 1, end];
}

function meets(start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (start === end && otherStart === otherEnd) return start === otherStart;
  return start < otherEnd && otherStart < end;
}
