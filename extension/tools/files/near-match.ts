/** A match in a file: offsets into the file's text. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

export type MatchResult =
  | {
      readonly kind: 'found';
      readonly matches: readonly Match[];
      /** Fits the new text to the file's line ends and indentation. */
      readonly adapt: (replacement: string) => string;
    }
  | { readonly kind: 'none'; readonly closest: string | undefined };

const identity = (replacement: string): string => replacement;
const candidatesMax = 5000;

/**
 * Finds `wanted` in `text`: exactly; else with other line ends; else line by line ignoring trailing spaces; else with
 * another indentation that is the same on every line. Anything looser could hit the wrong place, so there the closest
 * lines are returned for the model to look at.
 */
export function findMatches(text: string, wanted: string): MatchResult {
  if (wanted === '') return { kind: 'none', closest: undefined };
  const exact = allIndexes(text, wanted).map((start) => ({ start, end: start + wanted.length }));
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const toFile = (replacement: string): string => replacement.replace(/\r?\n/g, eol);
  if (exact.length > 0) return { kind: 'found', matches: exact, adapt: eol === '\r\n' ? toFile : identity };
  const lines = splitLines(text);
  const want = wanted.replace(/\r\n/g, '\n').split('\n');
  const trailing = matchLines(lines, want, (have, wish) => have.trimEnd() === wish.trimEnd());
  if (trailing.length > 0)
    return { kind: 'found', matches: trailing.map((at) => spanOf(lines, at, want, text)), adapt: toFile };
  const shifted = want.some((line) => line.trim() !== '') ? matchShifted(lines, want) : undefined;
  if (shifted !== undefined)
    return {
      kind: 'found',
      matches: shifted.at.map((at) => spanOf(lines, at, want, text)),
      adapt: (replacement) => toFile(shift(replacement, shifted.from, shifted.to)),
    };
  return { kind: 'none', closest: closestLines(lines, want) };
}

/** Line numbers, from 1, at which the matches begin. */
export function lineNumbers(text: string, matches: readonly Match[]): number[] {
  return matches.map(({ start }) => text.slice(0, start).split('\n').length);
}

interface Line {
  readonly start: number;
  readonly text: string;
}

/** Lines without their ends, with their offsets. */
function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const raw of text.split('\n')) {
    lines.push({ start, text: raw.endsWith('\r') ? raw.slice(0, -1) : raw });
    start += raw.length + 1;
  }
  return lines;
}

function allIndexes(text: string, wanted: string): number[] {
  const found: number[] = [];
  for (
    let at = text.indexOf(wanted);
    at >= 0 && found.length < candidatesMax;
    at = text.indexOf(wanted, at + wanted.length)
  )
    found.push(at);
  return found;
}

/** Indexes of lines at which all wanted lines follow each other. An empty last line is the line end before it. */
function matchLines(
  lines: readonly Line[],
  want: readonly string[],
  same: (have: string, wish: string) => boolean,
): number[] {
  const body = want.at(-1) === '' ? want.slice(0, -1) : want;
  const found: number[] = [];
  if (body.every((line) => line.trim() === '')) return found;
  for (let at = 0; at + body.length <= lines.length; at++) {
    if (body.every((wish, offset) => same(lines[at + offset]?.text ?? '', wish))) found.push(at);
  }
  return found;
}

function spanOf(lines: readonly Line[], at: number, want: readonly string[], text: string): Match {
  const first = lines[at];
  const count = want.at(-1) === '' ? want.length - 1 : want.length;
  const last = lines[at + count - 1];
  if (first === undefined || last === undefined) return { start: 0, end: 0 };
  const next = lines[at + count];
  const end = want.at(-1) === '' ? (next?.start ?? text.length) : last.start + last.text.length;
  return { start: first.start, end };
}

/** Matches lines that differ only by the same indentation, removed from or added to every line that is not empty. */
function matchShifted(
  lines: readonly Line[],
  want: readonly string[],
): { at: number[]; from: string; to: string } | undefined {
  const first = want.findIndex((line) => line.trim() !== '');
  const from = indentOf(want[first] ?? '');
  const stripped = want.map((line) => line.trim());
  const at = matchLines(lines, stripped, (have, wish) => have.trim() === wish);
  const tos = new Set(at.map((start) => indentOf(lines[start + first]?.text ?? '')));
  const [to] = tos;
  // All matches must be shifted alike, and every line by the same amount: else the replacement could not be adapted.
  if (at.length === 0 || tos.size !== 1 || to === undefined) return undefined;
  const uniform = at.every((start) =>
    want.every(
      (wish, offset) =>
        wish.trim() === '' || (lines[start + offset]?.text.trimEnd() ?? '') === shift(wish, from, to).trimEnd(),
    ),
  );
  return uniform ? { at, from, to } : undefined;
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function shift(text: string, from: string, to: string): string {
  return text
    .split('\n')
    .map((line) => (line.trim() !== '' && line.startsWith(from) ? to + line.slice(from.length) : line))
    .join('\n');
}

/** The lines of the file most similar to the wanted ones, if any are similar enough. */
function closestLines(lines: readonly Line[], want: readonly string[]): string | undefined {
  const body = want.map((line) => line.trim()).filter((line) => line !== '');
  if (body.length === 0 || lines.length > candidatesMax) return undefined;
  let best = { at: -1, score: 0 };
  for (let at = 0; at < lines.length; at++) {
    let score = 0;
    for (let offset = 0; offset < body.length; offset++)
      score += likeness(lines[at + offset]?.text.trim() ?? '', body[offset] ?? '');
    if (score > best.score) best = { at, score };
  }
  if (best.at < 0 || best.score / body.length < 0.5) return undefined;
  return lines
    .slice(best.at, best.at + body.length)
    .map((line) => line.text)
    .join('\n');
}

/** Share of words that two lines have in common, 0..1 (Dice's coefficient). */
function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const [left, right] = [a.match(/\w+|[^\w\s]/g) ?? [], b.match(/\w+|[^\w\s]/g) ?? []];
  if (left.length === 0 || right.length === 0) return 0;
  const rest = [...right];
  let common = 0;
  for (const word of left) {
    const at = rest.indexOf(word);
    if (at < 0) continue;
    rest.splice(at, 1);
    common++;
  }
  return (2 * common) / (left.length + right.length);
}
