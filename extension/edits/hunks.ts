import { diffArrays } from 'diff';

/** A difference by whole lines. Lines count from 0; an empty range stands before the line it names. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
}

/** More changed lines than this take too long to compare: they are one hunk. */
const editsMax = 4000;

/** The lines of a text with their ends, as git counts them: `\n` ends a line, the last one may have no end. */
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

/** What makes `current` of `baseline`, in order. Unchanged lines lie between any two hunks. */
export function hunks(baseline: string, current: string): Hunk[] {
  return baseline === current ? [] : hunksOfLines(linesOf(baseline), linesOf(current));
}

export function hunksOfLines(old: readonly string[], now: readonly string[]): Hunk[] {
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  const [oldMiddle, newMiddle] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)];
  if (oldMiddle.length === 0 && newMiddle.length === 0) return [];
  const whole = [{ oldStart: head, oldLines: oldMiddle.length, newStart: head, newLines: newMiddle.length }];
  if (oldMiddle.length === 0 || newMiddle.length === 0) return whole;
  const parts = diffArrays(oldMiddle, newMiddle, { maxEditLength: editsMax });
  if (parts === undefined) return whole;
  const found: { oldStart: number; oldLines: number; newStart: number; newLines: number }[] = [];
  let [oldAt, newAt] = [head, head];
  let open = false;
  for (const { added, removed, count } of parts) {
    if (!added && !removed) {
      oldAt += count;
      newAt += count;
      open = false;
      continue;
    }
    if (!open) found.push({ oldStart: oldAt, oldLines: 0, newStart: newAt, newLines: 0 });
    open = true;
    const last = found.at(-1);
    if (last === undefined) continue;
    if (added) {
      last.newLines += count;
      newAt += count;
    } else {
      last.oldLines += count;
      oldAt += count;
    }
  }
  return found;
}

/** The baseline with the chosen hunks in it: what is left to review. */
export function keep(baseline: string, current: string, chosen: readonly Hunk[]): string {
  const [old, now] = [linesOf(baseline), linesOf(current)];
  return patched(old, chosen.map(({ oldStart, oldLines, newStart, newLines }) => ({ at: oldStart, count: oldLines, lines: now.slice(newStart, newStart + newLines) })));
}

/** The current text with the chosen hunks taken back. */
export function undo(baseline: string, current: string, chosen: readonly Hunk[]): string {
  const [old, now] = [linesOf(baseline), linesOf(current)];
  return patched(now, chosen.map(({ oldStart, oldLines, newStart, newLines }) => ({ at: newStart, count: newLines, lines: old.slice(oldStart, oldStart + oldLines) })));
}

export function sameHunk(a: Hunk, b: Hunk): boolean {
  return a.oldStart === b.oldStart && a.oldLines === b.oldLines && a.newStart === b.newStart && a.newLines === b.newLines;
}

/** Lines added and removed by hunks. */
export function countLines(found: readonly Hunk[]): { readonly added: number; readonly removed: number } {
  return { added: found.reduce((sum, hunk) => sum + hunk.newLines, 0), removed: found.reduce((sum, hunk) => sum + hunk.oldLines, 0) };
}

function patched(lines: readonly string[], changes: readonly { readonly at: number; readonly count: number; readonly lines: readonly string[] }[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const change of [...changes].sort((a, b) => a.at - b.at)) {
    parts.push(...lines.slice(at, change.at), ...change.lines);
    at = change.at + change.count;
  }
  return [...parts, ...lines.slice(at)].join('');
}
