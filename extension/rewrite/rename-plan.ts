/** One replacement in a file: lines and characters from 0. */
export interface Replacement {
  readonly path: string; // absolute
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A place where the old name stands in a text, as the search finds it. */
export interface Mention {
  readonly path: string;
  readonly line: number; // from 0
  readonly text: string; // the whole line
}

/** What a rename changes: what the language server is sure of, and where the name only stands in a text. */
export interface RenamePlan {
  readonly sure: readonly Replacement[];
  readonly unsure: readonly Replacement[];
}

/** More mentions than that are a common word, and a list that nobody reads. */
const mentionsMax = 100;

/** Places where the old name stands as a word of its own that the language server does not rename: comments, strings, documents. */
export function withMentions(
  sure: readonly Replacement[],
  mentions: readonly Mention[],
  oldName: string,
  newName: string,
): RenamePlan {
  const known = new Set(sure.map(keyOf));
  const unsure = mentions.flatMap(({ path, line, text }) =>
    wordsIn(text, oldName).map((from) => ({ path, line, from, to: from + oldName.length, text: newName })),
  );
  const fresh = unsure.filter(
    (replacement) => !known.has(keyOf(replacement)) && !sure.some((other) => overlaps(other, replacement)),
  );
  return { sure, unsure: fresh.length > mentionsMax ? [] : fresh };
}

export function filesOf(replacements: readonly Replacement[]): string[] {
  return [...new Set(replacements.map((replacement) => replacement.path))];
}

/** Where a name stands in a line as a word of its own. */
function wordsIn(line: string, name: string): number[] {
  const word = new RegExp(
    `(?<![\\p{L}\\p{N}_$])${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\p{L}\\p{N}_$])`,
    'gu',
  );
  return [...line.matchAll(word)].map((match) => match.index);
}

function keyOf({ path, line, from }: Replacement): string {
  return JSON.stringify([path, line, from]);
}

function overlaps(a: Replacement, b: Replacement): boolean {
  return a.path === b.path && a.line === b.line && a.from < b.to && b.from < a.to;
}
