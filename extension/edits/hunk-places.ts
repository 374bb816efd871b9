import type { Hunk } from './hunks.ts';

/** A change of VS Code's own diff. Lines count from 1; an end of 0 is an empty range after the start line. */
export interface EditorChange {
  readonly originalStartLineNumber: number;
  readonly originalEndLineNumber: number;
  readonly modifiedStartLineNumber: number;
  readonly modifiedEndLineNumber: number;
}

/** The hunk at a line; a deletion is at the lines on both sides of it. */
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

/** The last hunk that begins above the line and does not hold it. */
export function hunkAbove(hunks: readonly Hunk[], line: number): Hunk | undefined {
  const here = hunkAtLine(hunks, line);
  return hunks.findLast((hunk) => hunk !== here && hunk.newStart < line);
}

/** The hunks that a change of VS Code's own diff touches: it may split a difference in another way. */
export function hunksOfChange(hunks: readonly Hunk[], change: EditorChange): Hunk[] {
  const [oldStart, oldEnd] = rangeOf(change.originalStartLineNumber, change.originalEndLineNumber);
  const [newStart, newEnd] = rangeOf(change.modifiedStartLineNumber, change.modifiedEndLineNumber);
  return hunks.filter(
    (hunk) =>
      meets(hunk.oldStart, hunk.oldStart + hunk.oldLines, oldStart, oldEnd) ||
      meets(hunk.newStart, hunk.newStart + hunk.newLines, newStart, newEnd),
  );
}

/** As lines from 0 with an exclusive end. */
function rangeOf(start: number, end: number): [number, number] {
  return end === 0 ? [start, start] : [start - 1, end];
}

function meets(start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (start === end && otherStart === otherEnd) return start === otherStart;
  return start < otherEnd && otherStart < end;
}
