/** A span of a file's text: offsets into it. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

/** A line without its end, and its offset in the text. */
export interface Line {
  readonly start: number;
  readonly text: string;
}

/** Lines without their ends, with their offsets. `\r\n`, `\n` and a lone `\r` end a line. */
export function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) {
    lines.push({ start, text: text.slice(start, index) });
    start = index + end.length;
  }
  lines.push({ start, text: text.slice(start) });
  return lines;
}

/** The line end that most lines of the text have; `\n` for a text of one line. */
export function commonEol(text: string): '\n' | '\r\n' | '\r' {
  const counts = { '\n': 0, '\r\n': 0, '\r': 0 };
  for (const [end] of text.matchAll(/\r\n|\r|\n/g)) if (end === '\n' || end === '\r\n' || end === '\r') counts[end]++;
  if (counts['\r\n'] > counts['\n'] && counts['\r\n'] >= counts['\r']) return '\r\n';
  return counts['\r'] > counts['\n'] ? '\r' : '\n';
}

/** All places of `wanted` in the text that do not overlap, in order. */
export function allIndexes(text: string, wanted: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) found.push(at);
  return found;
}

/** The places of `wanted`, whatever the line ends of both are; a place may begin and end inside a line. */
export function matchAcrossEnds(text: string, wanted: string): Match[] {
  if (!/[\r\n]/.test(text + wanted)) return [];
  // Offsets of the line ends that lose a character, in the shortened text.
  const shortened: number[] = [];
  for (const { index } of text.matchAll(/\r\n/g)) shortened.push(index - shortened.length);
  const plain = withPlainEnds(wanted);
  let passed = 0;
  const original = (at: number): number => {
    while (passed < shortened.length && (shortened[passed] ?? at) < at) passed++;
    return at + passed;
  };
  return allIndexes(withPlainEnds(text), plain).map((at) => {
    const start = original(at);
    return { start, end: original(at + plain.length) };
  });
}

/** The text with `\n` at the end of every line. */
export function withPlainEnds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/**
 * Indexes of the lines at which all wanted lines follow each other; places do not overlap. Takes time proportional to
 * the number of lines.
 */
export function matchLines(lines: readonly string[], wanted: readonly string[]): number[] {
  const found: number[] = [];
  if (wanted.every((line) => line.trim() === '')) return found;
  // Knuth, Morris and Pratt: for every head of the wanted lines, the longest head that it ends with.
  const borders = [0];
  for (let at = 1, length = 0; at < wanted.length; at++) {
    while (length > 0 && wanted[at] !== wanted[length]) length = borders[length - 1] ?? 0;
    if (wanted[at] === wanted[length]) length++;
    borders.push(length);
  }
  let length = 0;
  for (const [at, line] of lines.entries()) {
    while (length > 0 && line !== wanted[length]) length = borders[length - 1] ?? 0;
    if (line === wanted[length]) length++;
    if (length < wanted.length) continue;
    found.push(at - length + 1);
    length = 0;
  }
  return found;
}

/**
 * The span of `count` lines from the line `at`. With `wholeEnd` the last line's end belongs to it, and to the end of
 * the text if there is none.
 */
export function spanOfLines(
  lines: readonly Line[],
  at: number,
  count: number,
  wholeEnd: number | undefined,
): Match | undefined {
  const first = lines[at];
  const last = lines[at + count - 1];
  if (first === undefined || last === undefined) return undefined;
  const end = last.start + last.text.length;
  return { start: first.start, end: wholeEnd === undefined ? end : (lines[at + count]?.start ?? wholeEnd) };
}
