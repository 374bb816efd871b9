/** Typographic characters and their keyboard equivalents. All are one UTF-16 unit long. */
const plainOf: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201b': "'",
  '\u2032': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u201f': '"',
  '\u2033': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2015': '-',
  '\u2212': '-',
  '\u00a0': ' ',
  '\u2007': ' ',
  '\u2009': ' ',
  '\u202f': ' ',
  '\u3000': ' ',
};
const typographic = new RegExp(`[${Object.keys(plainOf).join('')}]`, 'g');

/** The text with plain quotes, hyphens and spaces. Its length stays. */
export function plainText(text: string): string {
  return text.replace(typographic, (character) => plainOf[character] ?? character);
}

/**
 * Writes a replacement with the quotes, dashes and spaces of the file. `wanted` is the text asked for and `found` the
 * text of the file; they are equal but for these characters. What `wanted` and the replacement have in common at both
 * ends stays as it is in the file.
 */
export function withTypographyOf(found: string, wanted: string, replacement: string): string {
  const aligned = found.length === wanted.length;
  const shorter = aligned ? Math.min(wanted.length, replacement.length) : 0;
  let head = 0;
  while (head < shorter && wanted[head] === replacement[head]) head++;
  let tail = 0;
  while (tail < shorter - head && wanted[wanted.length - 1 - tail] === replacement[replacement.length - 1 - tail])
    tail++;
  // A typographic character of the model's that is plain in the file is a slip everywhere.
  const middle = replacement.slice(head, replacement.length - tail).replace(typographic, (character) => {
    const slip = wanted.includes(character) && !found.includes(character);
    return slip ? (plainOf[character] ?? character) : character;
  });
  return found.slice(0, head) + middle + found.slice(found.length - tail);
}
