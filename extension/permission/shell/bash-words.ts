/** One word of a line: as written, and as a program receives it. */
export interface BashWord {
  readonly raw: string;
  /** Without quotes. A glob stays as it is, and so does `$?`. */
  readonly text: string;
  /** Whether it holds an unquoted glob, which may become several words. */
  readonly globbed: boolean;
}

const wordEnds = ' \t\n;&|<>()';

/**
 * The word of bash that begins here, with its quotes resolved as bash does it.
 *
 * @param line A line without control characters other than tab and newline, and without backslash-newline.
 * @param start Index of the word's first character.
 * @returns undefined when bash would expand the word into something else than its own text.
 */
export function scanWord(line: string, start: number): BashWord | undefined {
  let at = start;
  let text = '';
  let globbed = false;
  let braced = false;
  while (at < line.length) {
    const character = line[at] ?? '';
    if (wordEnds.includes(character)) break;
    const part = scanPart(line, at, start);
    if (part === undefined) return undefined;
    text += part.text;
    at += part.length;
    globbed ||= '*?['.includes(character);
    braced ||= character === '{';
  }
  const raw = line.slice(start, at);
  // `{a,b}` and `{1..3}` become several words; `stash@{0}` and `{}` do not.
  if (braced && /,|\.\./.test(raw)) return undefined;
  return { raw, text, globbed };
}

interface Part {
  readonly text: string;
  /** In UTF-16 code units of the line. */
  readonly length: number;
}

/** A quoted piece, an escaped character or one plain character. */
function scanPart(line: string, at: number, start: number): Part | undefined {
  const character = line[at] ?? '';
  switch (character) {
    case "'": {
      const end = line.indexOf("'", at + 1);
      return end === -1 ? undefined : { text: line.slice(at + 1, end), length: end + 1 - at };
    }
    case '"':
      return scanDoubleQuotes(line, at);
    case '\\':
      return /^[ -~]$/.test(line[at + 1] ?? '') ? { text: line[at + 1] ?? '', length: 2 } : undefined;
    case '$':
      return line[at + 1] === '?' ? { text: '$?', length: 2 } : undefined;
    case '`':
      return undefined;
    case '~':
      // At the start of a word, and after `=` or `:`, it names a home folder.
      return at > start && /[A-Za-z0-9^~}]/.test(line[at - 1] ?? '') ? { text: '~', length: 1 } : undefined;
    default:
      return scanPlain(line, at);
  }
}

/** On macOS bash takes the bytes 85 and A0 for blanks, also inside of a longer character. */
function scanPlain(line: string, at: number): Part | undefined {
  const character = String.fromCodePoint(line.codePointAt(at) ?? 0);
  const bytes = new TextEncoder().encode(character);
  return bytes.includes(0x85) || bytes.includes(0xa0) ? undefined : { text: character, length: character.length };
}

function scanDoubleQuotes(line: string, start: number): Part | undefined {
  let text = '';
  let at = start + 1;
  while (at < line.length) {
    const [character, next] = [line[at] ?? '', line[at + 1] ?? ''];
    if (character === '"') return { text, length: at + 1 - start };
    if (character === '`') return undefined;
    // A `$` that no name can follow is an ordinary character, as in "end$".
    if (character === '$' && (next === '' || !'?" |)/'.includes(next))) return undefined;
    const escaped = character === '\\' && next !== '' && '"\\$`'.includes(next);
    text += escaped ? next : character;
    at += escaped ? 2 : 1;
  }
  return undefined;
}
