import { diffLines } from 'diff';

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'same';
  readonly text: string;
  /** Line numbers from 1; undefined where the line does not exist. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Unchanged lines that are not shown. */
export interface DiffGap {
  readonly kind: 'gap';
  readonly lines: number;
}

export interface LineDiff {
  readonly rows: readonly (DiffLine | DiffGap)[];
  readonly added: number;
  readonly removed: number;
  /** Number of changed lines that are not in `rows`. */
  readonly hidden: number;
}

const contextLines = 3;
const rowsMax = 400;
/** Above this many differing lines an exact diff takes too long: the middle is shown as replaced. */
const editLengthMax = 2000;

/** The changes between two texts, line by line, with a few unchanged lines around each. They begin at line `first`. */
export function lineDiff(before: string, after: string, first = 1): LineDiff {
  const lines = allLines(before, after, first);
  const added = lines.filter((line) => line.kind === 'added').length;
  const removed = lines.filter((line) => line.kind === 'removed').length;
  const rows = added + removed === 0 ? [] : foldSame(lines);
  const shown = rows.slice(0, rowsMax);
  const hidden = rows.slice(rowsMax).filter((row) => row.kind === 'added' || row.kind === 'removed').length;
  return { rows: shown, added, removed, hidden };
}

function allLines(before: string, after: string, first: number): DiffLine[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail++;
  const middleOld = old.slice(head, old.length - tail);
  const middleNow = now.slice(head, now.length - tail);
  const lines: DiffLine[] = [];
  let atOld = first;
  let atNow = first;
  const push = (kind: DiffLine['kind'], texts: readonly string[]): void => {
    for (const text of texts)
      lines.push({
        kind,
        text,
        before: kind === 'added' ? undefined : atOld++,
        after: kind === 'removed' ? undefined : atNow++,
      });
  };
  push('same', old.slice(0, head));
  for (const part of changes(middleOld, middleNow)) push(part.kind, part.lines);
  push('same', old.slice(old.length - tail));
  return lines;
}

function changes(
  old: readonly string[],
  now: readonly string[],
): { readonly kind: DiffLine['kind']; readonly lines: readonly string[] }[] {
  const parts = diffLines(joined(old), joined(now), { maxEditLength: editLengthMax, timeout: 60 });
  if (parts === undefined)
    return [
      { kind: 'removed', lines: old },
      { kind: 'added', lines: now },
    ];
  return parts.map((part) => ({ kind: kindOf(part), lines: linesOf(part.value) }));
}

function kindOf(part: { readonly added: boolean; readonly removed: boolean }): DiffLine['kind'] {
  if (part.added) return 'added';
  return part.removed ? 'removed' : 'same';
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Replaces long runs of unchanged lines with gaps. */
function foldSame(lines: readonly DiffLine[]): (DiffLine | DiffGap)[] {
  const rows: (DiffLine | DiffGap)[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at];
    if (line === undefined) break;
    if (line.kind !== 'same') {
      rows.push(line);
      at++;
      continue;
    }
    let end = at;
    while (end < lines.length && lines[end]?.kind === 'same') end++;
    const before = at === 0 ? 0 : contextLines; // shown after the change above
    const after = end === lines.length ? 0 : contextLines; // shown ahead of the change below
    if (end - at > before + after + 1) {
      rows.push(
        ...lines.slice(at, at + before),
        { kind: 'gap', lines: end - at - before - after },
        ...lines.slice(end - after, end),
      );
    } else rows.push(...lines.slice(at, end));
    at = end;
  }
  return rows;
}
