import { isTestCode } from '../../workspace/test-file-name.ts';
import type { TextHit } from '../../workspace/text-search.ts';

const textMax = 200;

/** `path:line: text`, the text trimmed and cut. */
export function hitLine(name: string, line: number, text: string): string {
  const trimmed = text.trim();
  return `${name}:${line}: ${trimmed.length > textMax ? `${trimmed.slice(0, textMax)}...` : trimmed}`;
}

/** Sources before tests, then by path and line. `relative` gives the path that is shown. */
export function sortedHits(
  hits: readonly TextHit[],
  relative: (absolute: string) => string,
): { readonly hit: TextHit; readonly name: string }[] {
  return hits
    .map((hit) => ({ hit, name: relative(hit.path) }))
    .sort(
      (a, b) =>
        Number(isTestCode(a.name)) - Number(isTestCode(b.name)) ||
        (a.name < b.name ? -1 : a.name > b.name ? 1 : a.hit.line - b.hit.line),
    );
}
