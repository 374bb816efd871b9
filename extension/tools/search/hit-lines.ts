import { isTestCode } from '../../workspace/test-file-name.ts';
import type { TextHit } from '../../workspace/text-search.ts';

const textMax = 200;

/** `path:line: text`, the text trimmed and cut. */
export function hitLine(name: string, line: number, text: string): string {
  const trimmed = text.trim();
  return `${name}:${line}: ${trimmed.length > textMax ? `${trimmed.slice(0, textMax)}...` : trimmed}`;
}

/** Sorts hits: sources before tests, then by path and line. `relative` gives the shown path. */
export function sortedHits(
  hits: readonly TextHit[],
  relative: (absolute: string) => string,
): { readonly hit: TextHit; readonly name: string }[] {
  return hits
    .map((hit) => ({ hit, name: relative(hit.path) }))
    .sort(
      (a, b) =>
        Number(isTestCode(a.name)) - Number(isTestCode(b.name)) ||
        compareText(a.name, b.name) ||
        a.hit.line - b.hit.line,
    );
}

/** By UTF-16 units, the same on every machine. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
