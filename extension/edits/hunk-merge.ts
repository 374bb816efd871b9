import { hunksOfLines, linesOf, type Hunk } from './hunks.ts';

/**
 * The baseline after an edit of the user, from `before` to `after`. An edit away from the assistant's hunks goes into
 * the baseline too, so that the hunks only move. A hunk that the edit touches becomes the user's: the baseline takes
 * the text of `after` there.
 */
export function absorb(baseline: string, before: string, after: string): string {
  if (before === after) return baseline;
  if (baseline === before) return after;
  const [old, known, now] = [linesOf(baseline), linesOf(before), linesOf(after)];
  // A last line without a line end must stay last: hunks beside it are handled together with it.
  const isOpen = (lines: readonly string[], end: number): boolean =>
    end === lines.length && lines.at(-1)?.endsWith('\n') === false;
  const theirs = hunksOfLines(old, known).map((hunk) => ({
    ...hunk,
    open: isOpen(old, hunk.oldStart + hunk.oldLines),
  }));
  const others = hunksOfLines(known, now);
  const parts: string[] = [];
  let at = 0; // in `old`
  let shift = 0; // from a line of `known` outside the assistant's hunks to its line in `old`
  let next = 0; // of `theirs`
  for (let index = 0; index < others.length;) {
    const first = others[index];
    if (first === undefined) break;
    while (next < theirs.length && isBefore(theirs[next], first)) shift += oldMinusNew(theirs[next++]);
    // Grow the region until it holds all hunks of both sides that touch each other.
    const region = {
      knownStart: first.oldStart,
      knownEnd: first.oldStart + first.oldLines,
      nowStart: first.newStart,
      nowEnd: first.newStart + first.newLines,
    };
    let inside = 0; // how many lines more `old` has than `known` within the region
    index++;
    for (let grown = true; grown;) {
      grown = false;
      const hunk = theirs[next];
      if (hunk !== undefined && touches(hunk, region.knownStart, region.knownEnd, isOpen(now, region.nowEnd))) {
        const start = Math.min(region.knownStart, hunk.newStart);
        const end = Math.max(region.knownEnd, hunk.newStart + hunk.newLines);
        region.nowStart -= region.knownStart - start;
        region.nowEnd += end - region.knownEnd;
        region.knownStart = start;
        region.knownEnd = end;
        inside += oldMinusNew(hunk);
        next++;
        grown = true;
      }
      const other = others[index];
      if (other !== undefined && other.oldStart < region.knownEnd) {
        const end = Math.max(region.knownEnd, other.oldStart + other.oldLines);
        region.nowEnd = other.newStart + other.newLines + (end - other.oldStart - other.oldLines);
        region.knownEnd = end;
        index++;
        grown = true;
      }
    }
    parts.push(old.slice(at, region.knownStart + shift).join(''), now.slice(region.nowStart, region.nowEnd).join(''));
    shift += inside;
    at = region.knownEnd + shift;
  }
  return [...parts, ...old.slice(at)].join('');
}

interface Theirs extends Hunk {
  /** True if it ends with the last line of the old text, which has no line end. */
  readonly open: boolean;
}

function oldMinusNew(hunk: Hunk | undefined): number {
  return hunk === undefined ? 0 : hunk.oldLines - hunk.newLines;
}

/** True if the assistant's hunk ends before the other begins; they may be adjacent. */
function isBefore(hunk: Theirs | undefined, other: Hunk): boolean {
  if (hunk === undefined) return false;
  const end = hunk.newStart + hunk.newLines;
  return hunk.open ? end < other.oldStart : end <= other.oldStart;
}

/**
 * True if a hunk and a range share a line, or one is empty within the other; adjacent counts for a line without end.
 */
function touches(hunk: Theirs, start: number, end: number, open: boolean): boolean {
  const hunkEnd = hunk.newStart + hunk.newLines;
  return (
    (hunk.newStart < end && hunkEnd > start) || (hunk.open && hunkEnd === start) || (open && hunk.newStart === end)
  );
}
