/** Indentation of the model's text and of the file, for one line that both have. */
interface IndentPair {
  readonly wanted: string;
  readonly file: string;
}

/** How the columns of the model's text become columns of the file. */
interface Mapping {
  readonly origin: number;
  readonly fileOrigin: number;
  /** Columns of the file for one column of the model's text; undefined if only the new text can tell. */
  readonly ratio: number | undefined;
  /** The character that the file indents with. */
  readonly mark: ' ' | '\t';
}

/** Columns of the file for one of the model's: the same, 2 against 4, tabs against 2, 4 or 8 spaces. */
const ratios = [1, 2, 4, 8, 1 / 2, 1 / 4, 1 / 8];

/** The blanks at the start of a line. */
export function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/**
 * Fits the indentation of `replacement` to the file. `wanted` and `found` are the lines that were asked for and the
 * lines of the file that they stand for; they differ in indentation only. Undefined if no rule leads from one
 * indentation to the other: the text is then not the same code.
 */
export function mapIndentation(
  wanted: readonly string[],
  found: readonly string[],
): ((replacement: string) => string) | undefined {
  const pairs = wanted.flatMap((line, at) =>
    line.trim() === '' ? [] : [{ wanted: indentOf(line), file: indentOf(found[at] ?? '') }],
  );
  const first = pairs[0];
  if (first === undefined) return undefined;
  const mapping = mappingOf(pairs);
  if (mapping === undefined) {
    if (!shifted(pairs, first)) return undefined;
    return (replacement) =>
      hasFileIndent(replacement, wanted, found) ? replacement : prefixed(replacement, first.wanted, first.file);
  }
  return (replacement) => {
    if (hasFileIndent(replacement, wanted, found)) return replacement;
    const exact = new Map(pairs.map((pair) => [pair.wanted, pair.file]));
    const ratio = mapping.ratio ?? ratioOf(replacement, mapping);
    return eachLine(replacement, (line) => {
      const indent = indentOf(line);
      const known = exact.get(indent);
      if (known !== undefined) return known + line.slice(indent.length);
      const columns = Math.round(mapping.fileOrigin + (indent.length - mapping.origin) * ratio);
      return mapping.mark.repeat(Math.max(0, columns)) + line.slice(indent.length);
    });
  };
}

/** The linear rule that all pairs follow; undefined if there is none, or blanks of both kinds are mixed. */
function mappingOf(pairs: readonly IndentPair[]): Mapping | undefined {
  const marks = (indents: readonly string[]): ' ' | '\t' | '' | undefined => {
    const found = new Set(indents.join(''));
    if (found.size > 1) return undefined;
    if (found.has('\t')) return '\t';
    return found.has(' ') ? ' ' : '';
  };
  const wantedMark = marks(pairs.map(({ wanted }) => wanted));
  const fileMark = marks(pairs.map(({ file }) => file));
  const first = pairs[0];
  if (wantedMark === undefined || fileMark === undefined || first === undefined) return undefined;
  const origin = first.wanted.length;
  const fileOrigin = first.file.length;
  const other = pairs.find(({ wanted }) => wanted.length !== origin);
  const mark = fileMark === '' ? wantedMark || ' ' : fileMark;
  // One indentation only, and the wanted text has none.
  if (other === undefined && wantedMark === '') {
    const same = pairs.every(({ file }) => file.length === fileOrigin);
    return same ? { origin, fileOrigin, ratio: undefined, mark } : undefined;
  }
  const alone = wantedMark === fileMark || fileMark === '' ? 1 : fileOrigin / origin;
  const ratio = other === undefined ? alone : (other.file.length - fileOrigin) / (other.wanted.length - origin);
  if (!ratios.includes(ratio)) return undefined;
  const fits = pairs.every(({ wanted, file }) => file.length === fileOrigin + (wanted.length - origin) * ratio);
  return fits ? { origin, fileOrigin, ratio, mark } : undefined;
}

/** Columns of the file for one of a new text that may indent with the other character. */
function ratioOf(replacement: string, { mark, fileOrigin }: Mapping): number {
  const indents = replacement
    .split('\n')
    .map(indentOf)
    .filter((indent) => indent !== '');
  if (mark === ' ') {
    const tab = fileOrigin % 4 === 0 ? 4 : 2;
    return indents.some((indent) => indent.startsWith('\t')) ? tab : 1;
  }
  const spaces = indents.filter((indent) => indent.startsWith(' ')).map((indent) => indent.length);
  return spaces.length === 0 ? 1 : 1 / spaces.reduce((least, count) => Math.min(least, count));
}

/** True if every pair differs by the same blanks at the start. */
function shifted(pairs: readonly IndentPair[], first: IndentPair): boolean {
  return pairs.every(({ wanted, file }) =>
    wanted.startsWith(first.wanted)
      ? first.file + wanted.slice(first.wanted.length) === file
      : wanted === file && wanted === '',
  );
}

function prefixed(text: string, from: string, to: string): string {
  return eachLine(text, (line) => (line.startsWith(from) ? to + line.slice(from.length) : line));
}

/**
 * True if the replacement is indented like the file already, although the wanted text is not. Lines that both texts
 * have decide; without one the first line does.
 */
function hasFileIndent(replacement: string, wanted: readonly string[], found: readonly string[]): boolean {
  const places = new Map(wanted.map((line, at) => [line.trim(), at]));
  const lines = replacement.split('\n').filter((line) => line.trim() !== '');
  let asFile = 0;
  let asWanted = 0;
  for (const line of lines) {
    const at = places.get(line.trim());
    if (at === undefined) continue;
    const indent = indentOf(line);
    const [own, file] = [indentOf(wanted[at] ?? ''), indentOf(found[at] ?? '')];
    if (own === file) continue;
    if (indent === file) asFile++;
    else if (indent === own) asWanted++;
  }
  if (asFile !== asWanted) return asFile > asWanted;
  const at = wanted.findIndex((line) => line.trim() !== '');
  const [own, file] = [indentOf(wanted[at] ?? ''), indentOf(found[at] ?? '')];
  const indent = indentOf(lines[0] ?? '');
  return indent !== own && indent.startsWith(file) && (own === '' || indent === file) && file !== '';
}

function eachLine(text: string, change: (line: string) => string): string {
  return text
    .split('\n')
    .map((line) => (line.trim() === '' ? line : change(line)))
    .join('\n');
}
