import { diffArrays } from 'diff';

/** A difference of whole lines. Lines count from 0; an empty range is before the line of its start. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
}

/** Texts with more changed lines are compared in pieces. */
const editsMax = 1000;
/**
 * What the comparison of two texts may cost, in steps of the search for the fewest changes: a fraction of a second. The
 * rest of very different texts is one hunk.
 */
const workMax = 1_000_000;
/** Of longer texts fewer changes are searched for at once. In lines of both. */
const linesEasy = 40_000;
/** Longer texts have one hunk, from the first line that differs to the last. In lines of both, without equal ends. */
const linesMax = 300_000;

/** The lines of a text with their line ends, as git counts them: the last may have none. */
export function linesOf(text: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const next = end < 0 ? text.length : end + 1;
    lines.push(text.slice(at, next));
    at = next;
  }
  return lines;
}

/** The hunks that turn `baseline` into `current`, in order, with unchanged lines between them. */
export function hunks(baseline: string, current: string): Hunk[] {
  return baseline === current ? [] : hunksOfLines(linesOf(baseline), linesOf(current));
}

/** Like `hunks`, for texts already split by `linesOf`. */
export function hunksOfLines(old: readonly string[], now: readonly string[]): Hunk[] {
  let free = 0; // the first line of `old` that a hunk may move up to
  return hunksBetween(old, now, [0, 0], { left: workMax }).map((hunk) => {
    const placed = atBlockStart(old, now, hunk, hunk.oldStart - free);
    free = placed.oldStart + placed.oldLines + 1;
    return placed;
  });
}

/** Hunks of parts of two texts that begin at these lines. */
function hunksBetween(
  old: readonly string[],
  now: readonly string[],
  [oldAt, newAt]: readonly [number, number],
  work: { left: number },
): Hunk[] {
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const [oldMiddle, newMiddle] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)];
  if (oldMiddle.length === 0 && newMiddle.length === 0) return [];
  const [oldStart, newStart] = [oldAt + head, newAt + head];
  const whole = [{ oldStart, oldLines: oldMiddle.length, newStart, newLines: newMiddle.length }];
  if (oldMiddle.length === 0 || newMiddle.length === 0 || oldMiddle.length + newMiddle.length > linesMax) return whole;
  // The search takes steps by the square of the changes, and each of them may compare many lines.
  const lines = oldMiddle.length + newMiddle.length;
  const scale = Math.min(1, linesEasy / lines);
  const most = Math.floor(Math.min(editsMax * scale, Math.sqrt(work.left)));
  if (most < 1) return whole;
  const parts = diffArrays(oldMiddle, newMiddle, { maxEditLength: most });
  work.left -= 1 + (parts === undefined ? most ** 2 : changedIn(parts) ** 2);
  if (parts !== undefined) return hunksOfParts(parts, oldStart, newStart);
  // Too many changes: split both texts at the lines that each has exactly once.
  const anchors = commonOnce(oldMiddle, newMiddle);
  if (anchors.length === 0) return whole;
  const found: Hunk[] = [];
  let [oldNext, newNext] = [0, 0];
  for (const anchor of [...anchors, { old: oldMiddle.length, now: newMiddle.length }]) {
    const between = hunksBetween(
      oldMiddle.slice(oldNext, anchor.old),
      newMiddle.slice(newNext, anchor.now),
      [oldStart + oldNext, newStart + newNext],
      work,
    );
    for (const hunk of between) found.push(hunk);
    [oldNext, newNext] = [anchor.old + 1, anchor.now + 1];
  }
  return found;
}

function changedIn(parts: readonly { readonly added: boolean; readonly removed: boolean; readonly count: number }[]) {
  return parts.reduce((sum, { added, removed, count }) => sum + (added || removed ? count : 0), 0);
}

function hunksOfParts(
  parts: readonly { readonly added: boolean; readonly removed: boolean; readonly count: number }[],
  oldStart: number,
  newStart: number,
): Hunk[] {
  const found: Hunk[] = [];
  let [oldAt, newAt] = [oldStart, newStart];
  let [oldLines, newLines] = [0, 0];
  const close = (): void => {
    if (oldLines + newLines > 0)
      found.push({ oldStart: oldAt - oldLines, oldLines, newStart: newAt - newLines, newLines });
    [oldLines, newLines] = [0, 0];
  };
  for (const { added, removed, count } of parts) {
    if (!added && !removed) close();
    if (!added) oldAt += count;
    if (!removed) newAt += count;
    if (added) newLines += count;
    if (removed) oldLines += count;
  }
  close();
  return found;
}

/** The longest run of lines that are unique in both texts and in the same order. */
function commonOnce(old: readonly string[], now: readonly string[]): { readonly old: number; readonly now: number }[] {
  const places = placesOnce(now);
  const pairs = [...placesOnce(old)].flatMap(([line, at]) => {
    const other = places.get(line);
    return other === undefined || other < 0 || at < 0 ? [] : [{ old: at, now: other }];
  });
  // Longest increasing subsequence by patience sorting: the top of each pile, and what each card lies on.
  const tops: number[] = [];
  const below: (number | undefined)[] = [];
  for (const [index, pair] of pairs.entries()) {
    let [from, to] = [0, tops.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((pairs[tops[middle] ?? 0]?.now ?? 0) < pair.now) from = middle + 1;
      else to = middle;
    }
    below[index] = tops[from - 1];
    tops[from] = index;
  }
  const run: { readonly old: number; readonly now: number }[] = [];
  for (let at = tops.at(-1); at !== undefined; at = below[at]) {
    const pair = pairs[at];
    if (pair !== undefined) run.push(pair);
  }
  return run.reverse();
}

/** The index of each line; -1 for lines that occur more than once. */
function placesOnce(lines: readonly string[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [at, line] of lines.entries()) places.set(line, places.has(line) ? -1 : at);
  return places;
}

/**
 * Of the places where the same lines could have been inserted or deleted, picks the one that begins a block: after an
 * empty line, or with the least indentation. So a new function keeps its doc comment.
 */
function atBlockStart(old: readonly string[], now: readonly string[], hunk: Hunk, upMax: number): Hunk {
  if (hunk.oldLines > 0 && hunk.newLines > 0) return hunk;
  const [lines, start, count] =
    hunk.newLines > 0 ? [now, hunk.newStart, hunk.newLines] : [old, hunk.oldStart, hunk.oldLines];
  let [best, bestScore] = [0, blockScore(lines, start)];
  for (let up = 1; up <= Math.min(count, upMax) && lines[start - up] === lines[start + count - up]; up++) {
    const score = blockScore(lines, start - up);
    if (score < bestScore) [best, bestScore] = [up, score];
  }
  return best === 0 ? hunk : { ...hunk, oldStart: hunk.oldStart - best, newStart: hunk.newStart - best };
}

/** The lower the better. */
function blockScore(lines: readonly string[], at: number): number {
  let first = at;
  while (first < lines.length - 1 && (lines[first] ?? '').trim() === '') first++;
  const line = lines[first] ?? '';
  const indent = line.length - line.trimStart().length;
  const afterGap = at === 0 || first > at || (lines[at - 1] ?? '').trim() === '';
  return indent * 2 + (afterGap ? 0 : 1) + (/^\s*[)\]}]/.test(line) ? 100 : 0);
}

/** The baseline with the chosen hunks applied. */
export function keep(baseline: string, current: string, chosen: readonly Hunk[]): string {
  const [old, now] = [linesOf(baseline), linesOf(current)];
  return patched(
    old,
    chosen.map(({ oldStart, oldLines, newStart, newLines }) => ({
      at: oldStart,
      count: oldLines,
      lines: now.slice(newStart, newStart + newLines),
    })),
  );
}

/** The current text without the chosen hunks. */
export function undo(baseline: string, current: string, chosen: readonly Hunk[]): string {
  const [old, now] = [linesOf(baseline), linesOf(current)];
  return patched(
    now,
    chosen.map(({ oldStart, oldLines, newStart, newLines }) => ({
      at: newStart,
      count: newLines,
      lines: old.slice(oldStart, oldStart + oldLines),
    })),
  );
}

export function sameHunk(a: Hunk, b: Hunk): boolean {
  return (
    a.oldStart === b.oldStart && a.oldLines === b.oldLines && a.newStart === b.newStart && a.newLines === b.newLines
  );
}

/** How many lines the hunks add and remove. */
export function countLines(found: readonly Hunk[]): { readonly added: number; readonly removed: number } {
  return {
    added: found.reduce((sum, hunk) => sum + hunk.newLines, 0),
    removed: found.reduce((sum, hunk) => sum + hunk.oldLines, 0),
  };
}

function patched(
  lines: readonly string[],
  changes: readonly { readonly at: number; readonly count: number; readonly lines: readonly string[] }[],
): string {
  const parts: string[] = [];
  let at = 0;
  for (const change of [...changes].sort((a, b) => a.at - b.at)) {
    parts.push(lines.slice(at, change.at).join(''), change.lines.join(''));
    at = change.at + change.count;
  }
  return [...parts, lines.slice(at).join('')].join('');
}
