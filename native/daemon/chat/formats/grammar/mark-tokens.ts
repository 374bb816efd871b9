import { literal } from '../../schema/gbnf.ts';

/** A quoted text of GBNF, or a character class, which is passed over. */
const quotedOrClass = /"((?:[^"\\]|\\.)*)"|\[(?:[^\]\\]|\\.)*\]/g;

/**
 * The same GBNF with each of `marks` (texts and ids of special tokens) as its token wherever it stands in a quoted
 * text: a model that has the token must not spell the mark in letters.
 */
export function withMarkTokens(gbnf: string, marks: ReadonlyMap<string, number>): string {
  const found = [...marks]
    .filter(([text]) => text !== '')
    .map(([text, id]) => [literal(text).slice(1, -1), id] as const);
  if (found.length === 0) return gbnf;
  // At one place the longest counts.
  found.sort(([a], [b]) => b.length - a.length);
  return gbnf.replace(quotedOrClass, (whole, quoted: string | undefined) => {
    const parts = quoted === undefined ? [] : split(quoted, found);
    if (parts.length <= 1) return parts[0] ?? whole;
    return `(${parts.join(' ')})`;
  });
}

function split(quoted: string, marks: readonly (readonly [string, number])[]): string[] {
  const parts: string[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push(`"${text}"`);
    text = '';
  };
  for (let at = 0; at < quoted.length;) {
    const mark = marks.find(([escaped]) => quoted.startsWith(escaped, at));
    if (mark) {
      flush();
      parts.push(`<[${mark[1]}]>`);
      at += mark[0].length;
    } else {
      // An escape stays whole.
      const length = quoted.charAt(at) === '\\' ? 2 : 1;
      text += quoted.slice(at, at + length);
      at += length;
    }
  }
  flush();
  return parts;
}
