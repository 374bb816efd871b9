import { classText, literal } from '../gbnf.ts';

/** Characters as ranges of code points, inclusive, in order, without overlaps. */
export type CharacterSet = readonly (readonly [number, number])[];

const last = 0x10ffff;

/** Characters that JSON writes as a backslash and a letter. */
const shortEscapes: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ['\\', '\\'],
  ['\b', 'b'],
  ['\f', 'f'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
];

/** Characters that must be escaped inside a JSON string. */
const unquotable: CharacterSet = [
  [0x00, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
];

export const anyCharacter: CharacterSet = [[0, last]];

/** The characters of both, from ranges in any order. */
export function unionOf(...ranges: CharacterSet): CharacterSet {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const [low, high] of sorted) {
    const before = joined.at(-1);
    if (before && low <= before[1] + 1) before[1] = Math.max(before[1], high);
    else joined.push([low, high]);
  }
  return joined;
}

/** All other characters. */
export function complementOf(set: CharacterSet): CharacterSet {
  const others: [number, number][] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) others.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= last) others.push([next, last]);
  return others;
}

export function contains(set: CharacterSet, code: number): boolean {
  let [low, high] = [0, set.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = set[middle] ?? [0, 0];
    if (code < from) high = middle - 1;
    else if (code > to) low = middle + 1;
    else return true;
  }
  return false;
}

/** An expression for one character of the set, as it is written inside a JSON string; undefined when there is none. */
export function characterExpression(set: CharacterSet): string | undefined {
  const letters = shortEscapes
    .filter(([character]) => contains(set, character.codePointAt(0) ?? 0))
    .map(([, letter]) => letter);
  const escaped = letters.length === 1 ? literal(`\\${letters[0]}`) : `"\\\\" [${classText(letters)}]`;
  const plain = plainClass(set);
  const alternatives = [...(plain === undefined ? [] : [plain]), ...(letters.length === 0 ? [] : [escaped])];
  return alternatives.length === 0 ? undefined : sequenceOr(alternatives);
}

/** Alternatives, in parentheses where something may follow or repeat them. */
function sequenceOr(alternatives: readonly string[]): string {
  const [only = ''] = alternatives;
  return alternatives.length === 1 && !only.includes(' ') ? only : `(${alternatives.join(' | ')})`;
}

/** The characters that need no escape. */
function plainClass(set: CharacterSet): string | undefined {
  const others = unionOf(...complementOf(set), ...unquotable);
  if (contains(set, last)) return `[^${others.map(rangeText).join('')}]`;
  const plain = complementOf(others);
  return plain.length === 0 ? undefined : `[${plain.map(rangeText).join('')}]`;
}

function rangeText([low, high]: readonly [number, number]): string {
  const from = codeText(low);
  if (low === high) return from;
  return low + 1 === high ? from + codeText(high) : `${from}-${codeText(high)}`;
}

/** A bound inside the surrogates, which are no characters, is written as a number. */
function codeText(code: number): string {
  return code >= 0xd800 && code <= 0xdfff
    ? `\\u${code.toString(16).toUpperCase()}`
    : classText([String.fromCodePoint(code)]);
}
