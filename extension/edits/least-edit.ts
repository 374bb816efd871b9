import { diffLines } from 'diff';

/** One replacement: offsets into the text as it is. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Above this a difference by lines takes too long, and one span does. */
const diffMax = 1 << 20;
const diffMs = 200;

/** The least replacements that make `after` of `before`, by lines and then by characters: cursors and marks elsewhere stay. */
export function leastEdits(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  if (before.length + after.length > diffMax) return [narrow(before, 0, before.length, after)];
  const parts = diffLines(before, after, { timeout: diffMs });
  if (parts === undefined) return [narrow(before, 0, before.length, after)];
  const edits: TextEdit[] = [];
  let at = 0;
  let pending: { start: number; end: number; text: string } | undefined;
  const flush = (): void => {
    if (pending !== undefined) edits.push(narrow(before, pending.start, pending.end, pending.text));
    pending = undefined;
  };
  for (const part of parts) {
    if (part.added) {
      pending ??= { start: at, end: at, text: '' };
      pending.text += part.value;
    } else if (part.removed) {
      pending ??= { start: at, end: at, text: '' };
      at += part.value.length;
      pending.end = at;
    } else {
      flush();
      at += part.value.length;
    }
  }
  flush();
  return edits;
}

/** The same text with one kind of line end. */
export function withEol(text: string, eol: '\n' | '\r\n'): string {
  return text.replace(/\r\n|\r|\n/g, eol);
}

/** Leaves what both ends have in common out of a replacement. Never splits a line end or a surrogate pair. */
function narrow(before: string, start: number, end: number, text: string): TextEdit {
  let head = 0;
  const shorter = Math.min(end - start, text.length);
  while (head < shorter && before[start + head] === text[head]) head++;
  while (head > 0 && isGlued(before, start + head)) head--;
  let tail = 0;
  while (tail < shorter - head && before[end - 1 - tail] === text[text.length - 1 - tail]) tail++;
  while (tail > 0 && isGlued(before, end - tail)) tail--;
  return { start: start + head, end: end - tail, text: text.slice(head, text.length - tail) };
}

/** Whether a cut here would part a pair. */
function isGlued(text: string, at: number): boolean {
  if (text[at - 1] === '\r' && text[at] === '\n') return true;
  const left = text.charCodeAt(at - 1);
  return left >= 0xd800 && left <= 0xdbff;
}
