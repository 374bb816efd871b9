import { diffLines } from 'diff';
import type { TextEdit } from '../workspace/span.ts';

/** Comparing by lines takes too long for longer texts: they get one replacement. */
const diffLengthMax = 1 << 20;
const diffMs = 200;

/**
 * The smallest replacements that turn `before` into `after`, in order: first by lines, then by characters within them.
 * Cursors and decorations elsewhere stay where they are. Empty if the texts are equal.
 */
export function leastEdits(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const parts =
    before.length + after.length > diffLengthMax ? undefined : diffLines(before, after, { timeout: diffMs });
  if (parts === undefined) return [leastEdit(before, after)];
  const edits: TextEdit[] = [];
  let at = 0;
  let pending: { from: number; to: number; text: string } | undefined;
  const flush = (): void => {
    if (pending !== undefined) edits.push(narrowed(before, pending));
    pending = undefined;
  };
  for (const { added, removed, value } of parts) {
    if (added || removed) pending ??= { from: at, to: at, text: '' };
    else flush();
    if (!added) at += value.length;
    if (pending === undefined) continue;
    if (added) pending.text += value;
    else pending.to = at;
  }
  flush();
  return edits;
}

/** The smallest single replacement that turns `before` into `after`; empty at the same place if they are equal. */
export function leastEdit(before: string, after: string): TextEdit {
  return narrowed(before, { from: 0, to: before.length, text: after });
}

/** The same text with one kind of line end. */
export function withEol(text: string, eol: '\n' | '\r\n'): string {
  return text.replace(/\r\n|\r|\n/g, eol);
}

/** The replacement without the common text at both ends. Never splits a line end or a surrogate pair. */
function narrowed(before: string, { from, to, text }: TextEdit): TextEdit {
  const shorter = Math.min(to - from, text.length);
  let head = 0;
  while (head < shorter && before[from + head] === text[head]) head++;
  while (head > 0 && (splits(before, from + head) || splits(text, head))) head--;
  let tail = 0;
  while (tail < shorter - head && before[to - 1 - tail] === text[text.length - 1 - tail]) tail++;
  while (tail > 0 && (splits(before, to - tail) || splits(text, text.length - tail))) tail--;
  return { from: from + head, to: to - tail, text: text.slice(head, text.length - tail) };
}

/** True if a cut at this place goes through a line end or a surrogate pair. */
function splits(text: string, at: number): boolean {
  const left = text.charCodeAt(at - 1);
  return (text[at - 1] === '\r' && text[at] === '\n') || (left >= 0xd800 && left <= 0xdbff);
}
