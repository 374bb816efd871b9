import { hunksOfLines } from './hunks.ts';

/** Splits a text after every line end: `\r\n`, `\n` and a lone `\r`. */
function linesWithEnds(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}

/** True if not all line ends of the text are the same: an editor would make them so. */
export function hasMixedEnds(text: string): boolean {
  const ends = new Set<string>();
  for (const [end] of text.matchAll(/\r\n|\r|\n/g)) ends.add(end);
  // A document of an editor never has a lone carriage return.
  return ends.size > 1 || ends.has('\r');
}

/**
 * The text `after` with the line ends that its unchanged lines have in `before`; a changed or new line gets the end of
 * the line before it, as if it had been typed there.
 */
export function withOldEnds(before: string, after: string): string {
  const [old, now] = [linesWithEnds(before), linesWithEnds(after)];
  const bare = (line: string): string => line.replace(/[\r\n]+$/, '');
  const hunks = hunksOfLines(old.map(bare), now.map(bare));
  const out: string[] = [];
  let [oldAt, newAt] = [0, 0];
  const common = (count: number): void => {
    for (let at = 0; at < count; at++) {
      const [oldLine = '', line = ''] = [old[oldAt + at], now[newAt + at]];
      // The last line may have gained or lost its end.
      const end = endOf(oldLine) || endOf(out.at(-1) ?? '') || endOf(line);
      out.push(endOf(line) === '' ? line : bare(line) + end);
    }
    oldAt += count;
    newAt += count;
  };
  for (const { oldStart, oldLines, newLines } of hunks) {
    common(oldStart - oldAt);
    for (let at = 0; at < newLines; at++) {
      const line = now[newAt + at] ?? '';
      const replaced = at < oldLines ? endOf(old[oldAt + at] ?? '') : '';
      const end = replaced || endOf(out.at(-1) ?? '') || endOf(old[oldAt] ?? '') || endOf(line);
      out.push(endOf(line) === '' ? line : bare(line) + end);
    }
    oldAt += oldLines;
    newAt += newLines;
  }
  common(now.length - newAt);
  return out.join('');
}

function endOf(line: string): string {
  return /[\r\n]+$/.exec(line)?.[0] ?? '';
}
