/** A replacement in a file; line and characters count from 0. */
export interface Replacement {
  readonly path: string; // absolute
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A line with the old name, found by the search. */
export interface Mention {
  readonly path: string;
  readonly line: number; // from 0
  readonly text: string; // the whole line
}

/** The changes of a rename: the language server's, and other mentions of the name. */
export interface RenamePlan {
  readonly sure: readonly Replacement[];
  readonly unsure: readonly Replacement[];
}

/** With more mentions the name is a common word, and they are left out. */
const mentionsMax = 100;

/** Adds the places with the old name as a word that the server does not rename: comments, strings, documents. */
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

/** Where a name is a whole word in a line. */
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
