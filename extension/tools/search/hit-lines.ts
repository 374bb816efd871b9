import { isTestCode } from '../../workspace/test-file-name.ts';
import { lineTextMax, type TextHit } from '../../workspace/text-search.ts';

const textMax = 200;
/** Characters shown before a match that is far to the right. */
const leadMax = 60;

/** A hit in a line; of a very long line only the part around the match is kept. `at` is where the match begins. */
export function hitAt(file: string, line: number, text: string, at: number): TextHit {
  const from = text.length > lineTextMax ? wholeCharacter(text, Math.max(0, at - lineTextMax / 2)) : 0;
  return { path: file, line, text: text.slice(from, wholeCharacter(text, from + lineTextMax)), at: at - from };
}

/** `path:line: text`, the text trimmed, and cut around the match. */
export function hitLine(name: string, { line, text, at = 0 }: Pick<TextHit, 'line' | 'text' | 'at'>): string {
  const trimmed = text.trim();
  const place = `${name}:${line}: `;
  if (trimmed.length <= textMax) return place + trimmed;
  const match = Math.max(0, at - (text.length - text.trimStart().length));
  const isNear = match <= textMax - leadMax;
  const from = isNear ? 0 : wholeCharacter(trimmed, Math.min(match - leadMax, trimmed.length - textMax));
  const to = wholeCharacter(trimmed, from + textMax);
  return `${place}${isNear ? '' : '...'}${trimmed.slice(from, to)}${to < trimmed.length ? '...' : ''}`;
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

/** The place, or the one before it if a surrogate pair would be cut. */
function wholeCharacter(text: string, at: number): number {
  const left = text.charCodeAt(at - 1);
  return left >= 0xd800 && left <= 0xdbff ? at - 1 : at;
}
