import { closestLines } from './closest-lines.ts';
import { allIndexes, commonEol, matchAcrossEnds, matchLines, spanOfLines, splitLines } from './file-lines.ts';
import { withPlainEnds, type Line, type Match } from './file-lines.ts';
import { indentOf, mapIndentation } from './indentation.ts';
import { readingsOf } from './misspellings.ts';
import { plainText, withTypographyOf } from './typography.ts';

/** Fits the new text to the file around one match: line ends, indentation, quotes. */
type Adapt = (replacement: string, match: Match) => string;

export type MatchResult =
  | { readonly kind: 'found'; readonly matches: readonly Match[]; readonly adapt: Adapt }
  | { readonly kind: 'none'; readonly closest: string | undefined };

/** In longer texts only what is there exactly is found: comparing line by line would take seconds. In characters. */
const looseMax = 4 << 20;

type Found = Extract<MatchResult, { kind: 'found' }>;

/**
 * Finds `wanted` in `text`: exactly; else with other line ends; else line by line ignoring trailing spaces; else with
 * another indentation. After that slips of the model are repaired, if the repaired text is there once: typographic
 * characters, line numbers, one escaping too many, blank lines at the start. Anything looser could hit the wrong place,
 * so there the closest lines are returned for the model to look at.
 */
export function findMatches(text: string, wanted: string): MatchResult {
  if (wanted === '') return { kind: 'none', closest: undefined };
  if (text.length > looseMax) return findExact(text, wanted) ?? { kind: 'none', closest: undefined };
  const lines = splitLines(text);
  const found = findText(text, lines, wanted) ?? findRepaired(text, lines, withPlainEnds(wanted));
  return found ?? { kind: 'none', closest: closestLines(lines, withPlainEnds(wanted).split('\n')) };
}

/** Line numbers, from 1, at which the first `most` matches begin. */
export function lineNumbers(text: string, matches: readonly Match[], most: number): number[] {
  let line = 1;
  let at = 0;
  return matches.slice(0, most).map(({ start }) => {
    for (let end = text.indexOf('\n', at); end >= 0 && end < start; end = text.indexOf('\n', at)) {
      line++;
      at = end + 1;
    }
    return line;
  });
}

function findText(text: string, lines: readonly Line[], wanted: string): Found | undefined {
  const want = withPlainEnds(wanted).split('\n');
  const toFile = endsOf(text);
  return findExact(text, wanted) ?? findTrimmed(text, lines, want, toFile) ?? findIndented(text, lines, want, toFile);
}

/** Gives a text the line ends of a file. */
function endsOf(text: string): (replacement: string) => string {
  const eol = commonEol(text);
  return (replacement) => (eol === '\n' ? replacement.replace(/\r\n/g, eol) : replacement.replace(/\r\n|\r|\n/g, eol));
}

/** Ignores the kind of line ends. */
function findExact(text: string, wanted: string): Found | undefined {
  const exact = allIndexes(text, wanted).map((start) => ({ start, end: start + wanted.length }));
  const places = exact.length > 0 ? exact : matchAcrossEnds(text, wanted);
  if (places.length === 0) return undefined;
  const toFile = endsOf(text);
  const adapt: Adapt = (replacement, { start }) => toFile(withoutSecondIndent(text, start, wanted, replacement));
  return { kind: 'found', matches: places, adapt };
}

/** Ignores spaces at the ends of lines. */
function findTrimmed(
  text: string,
  lines: readonly Line[],
  want: readonly string[],
  toFile: (replacement: string) => string,
): Found | undefined {
  const { body, wholeEnd } = bodyOf(want, text);
  const trimmed = lines.map((line) => line.text.trimEnd());
  const wishes = body.map((line) => line.trimEnd());
  const matches = matchLines(trimmed, wishes).flatMap((at) => spanOfLines(lines, at, body.length, wholeEnd) ?? []);
  return matches.length === 0 ? undefined : { kind: 'found', matches, adapt: toFile };
}

/** Ignores the indentation, if one rule leads from that of the wanted text to that of the file at every place. */
function findIndented(
  text: string,
  lines: readonly Line[],
  want: readonly string[],
  toFile: (replacement: string) => string,
): Found | undefined {
  const { body, wholeEnd } = bodyOf(want, text);
  const trimmed = lines.map((line) => line.text.trim());
  const wishes = body.map((line) => line.trim());
  const rules = new Map<number, (replacement: string) => string>();
  const matches: Match[] = [];
  for (const at of matchLines(trimmed, wishes)) {
    const match = spanOfLines(lines, at, body.length, wholeEnd);
    const have = lines.slice(at, at + body.length).map((line) => line.text);
    const rule = mapIndentation(body, have);
    // One place that no rule reaches: which places are meant is unknown.
    if (match === undefined || rule === undefined) return undefined;
    rules.set(match.start, rule);
    matches.push(match);
  }
  if (matches.length === 0) return undefined;
  const adapt: Adapt = (replacement, { start }) =>
    toFile(rules.get(start)?.(withPlainEnds(replacement)) ?? replacement);
  return { kind: 'found', matches, adapt };
}

/** The wanted lines. An empty last line stands for the line end before it, which then belongs to the match. */
function bodyOf(want: readonly string[], text: string): { body: readonly string[]; wholeEnd: number | undefined } {
  return want.length > 1 && want.at(-1) === ''
    ? { body: want.slice(0, -1), wholeEnd: text.length }
    : { body: want, wholeEnd: undefined };
}

/** Repairs slips of the model one at a time; only a text that is there once is taken. */
function findRepaired(text: string, lines: readonly Line[], wanted: string): Found | undefined {
  const plain = plainText(text);
  const wish = plainText(wanted);
  if (plain !== text || wish !== wanted) {
    const found = findText(plain, plain === text ? lines : splitLines(plain), wish);
    const [match] = found?.matches ?? [];
    if (found?.matches.length === 1 && match !== undefined) {
      const have = text.slice(match.start, match.end);
      const adapt: Adapt = (replacement) => found.adapt(withTypographyOf(have, wanted, replacement), match);
      return { ...found, adapt };
    }
  }
  for (const reading of readingsOf(wanted)) {
    const found = findText(text, lines, reading.wanted);
    if (found?.matches.length !== 1) continue;
    const adapt: Adapt = (replacement, match) => {
      const repaired = reading.repair(withPlainEnds(replacement));
      if (repaired === undefined) throw new MixedReplacement();
      return found.adapt(repaired, match);
    };
    return { ...found, adapt };
  }
  return undefined;
}

/** Some lines of the new text have line numbers and some do not: what belongs to the code is unknown. */
export class MixedReplacement extends Error {
  constructor() {
    super('new_string has line numbers on some of its lines. Write it without them.');
    this.name = 'MixedReplacement';
  }
}

/**
 * The replacement of text that begins after the indentation of its line. A replacement that brings the same indentation
 * would get it twice. Text that differs from `wanted` in blanks only is meant to be indented further.
 */
function withoutSecondIndent(text: string, start: number, wanted: string, replacement: string): string {
  if (/^\s/.test(wanted) || replacement.trim() === wanted.trim()) return replacement;
  let lineStart = start;
  while (lineStart > 0 && /[^\S\r\n]/.test(text[lineStart - 1] ?? '')) lineStart--;
  const before = text.slice(lineStart, start);
  if (before === '' || (lineStart > 0 && !/[\r\n]/.test(text[lineStart - 1] ?? ''))) return replacement;
  return indentOf(replacement).startsWith(before) ? replacement.slice(before.length) : replacement;
}
