import { hunksOfLines, linesOf, type Hunk } from './hunks.ts';

/**
 * The baseline after somebody else's edit. `before` is the text as it was known, `after` the text now; the difference is
 * not the assistant's. Where it leaves the assistant's hunks alone it goes into the baseline too, so that they stay what
 * they are and only move; a hunk that it touches is no longer the assistant's: the baseline takes the text as it is now.
 */
export function absorb(baseline: string, before: string, after: string): string {
  if (before === after) return baseline;
  if (baseline === before) return after;
  const [old, known, now] = [linesOf(baseline), linesOf(before), linesOf(after)];
  // A last line without an end must stay the last: what stands next to it is decided together with it.
  const isOpen = (lines: readonly string[], end: number): boolean =>
    end === lines.length && lines.at(-1)?.endsWith('\n') === false;
  const theirs = hunksOfLines(old, known).map((hunk) => ({
    ...hunk,
    open: isOpen(old, hunk.oldStart + hunk.oldLines),
  }));
  const others = hunksOfLines(known, now);
  const parts: string[] = [];
  let at = 0; // in `old`
  let shift = 0; // from a line of `known` that no assistant's hunk holds to its line in `old`
  let next = 0; // of `theirs`
  for (let index = 0; index < others.length;) {
    const first = others[index];
    if (first === undefined) break;
    while (next < theirs.length && isBefore(theirs[next], first)) shift += oldMinusNew(theirs[next++]);
    // All hunks of both sides that touch each other, one after the other, settle together.
    const region = {
      knownStart: first.oldStart,
      knownEnd: first.oldStart + first.oldLines,
      nowStart: first.newStart,
      nowEnd: first.newStart + first.newLines,
    };
    let inside = 0; // lines that `old` has more than `known` within the region
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
    parts.push(...old.slice(at, region.knownStart + shift), ...now.slice(region.nowStart, region.nowEnd));
    shift += inside;
    at = region.knownEnd + shift;
  }
  return [...parts, ...old.slice(at)].join('');
}

interface Theirs extends Hunk {
  /** Whether it ends the old text, and that ends in the middle of a line. */
  readonly open: boolean;
}

function oldMinusNew(hunk: Hunk | undefined): number {
  return hunk === undefined ? 0 : hunk.oldLines - hunk.newLines;
}

/** Whether the assistant's hunk lies before the other's, at most side by side with it. */
function isBefore(hunk: Theirs | undefined, other: Hunk): boolean {
  if (hunk === undefined) return false;
  const end = hunk.newStart + hunk.newLines;
  return hunk.open ? end < other.oldStart : end <= other.oldStart;
}

/** Whether a hunk shares a line with a range, or one lies within the other; side by side counts where a line has no end. */
function touches(hunk: Theirs, start: number, end: number, open: boolean): boolean {
  const hunkEnd = hunk.newStart + hunk.newLines;
  return (
    (hunk.newStart < end && hunkEnd > start) || (hunk.open && hunkEnd === start) || (open && hunk.newStart === end)
  );
}
