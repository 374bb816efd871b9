import { onOneLine } from '../printed-value.ts';

/** The marks that a diff puts before the lines of each side. */
export interface DiffMarks {
  readonly expected: '-' | '+';
  readonly actual: '-' | '+';
}

/** Both values of a printed diff, each on one line: the lines in common, and those of its side. */
export function diffSides(
  lines: readonly string[],
  marks: DiffMarks,
): { readonly expected: string; readonly actual: string } {
  const kept = lines.filter((line) => !line.startsWith('@@'));
  const side = (mark: string) => {
    const own = kept.filter((line) => line.startsWith(mark) || !/^[+-]/.test(line));
    return onOneLine(own.map((line) => line.slice(1)).join('\n'));
  };
  return { expected: side(marks.expected), actual: side(marks.actual) };
}
