import { anyOf, classText, literal } from './gbnf.ts';

/** Characters as code point ranges, inclusive. */
export interface CharacterSet {
  readonly negated: boolean;
  readonly ranges: readonly (readonly [number, number])[];
}

/** Characters that JSON writes as a backslash and a letter. */
const shortEscapes: readonly (readonly [string, string])[] = [
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\b', '\\b'],
  ['\f', '\\f'],
];

/** Characters that must be escaped inside a JSON string. */
const unquotable: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
];

/** An expression for one character of the set, as it is written inside a JSON string; undefined when there is none. */
export function characterExpression(set: CharacterSet): string | undefined {
  const escapes = shortEscapes.filter(([character]) => contains(set, character)).map(([, written]) => literal(written));
  if (set.negated) {
    const excluded = [...set.ranges, ...unquotable].map(rangeText).join('');
    return anyOf([`[^${excluded}]`, ...escapes]);
  }
  const plain = set.ranges
    .flatMap((range) => without(range))
    .map(rangeText)
    .join('');
  const alternatives = plain === '' ? escapes : [`[${plain}]`, ...escapes];
  return alternatives.length === 0 ? undefined : anyOf(alternatives);
}

function contains(set: CharacterSet, character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return set.ranges.some(([low, high]) => low <= code && code <= high) !== set.negated;
}

/** The parts of a range that need no escape. */
function without(range: readonly [number, number]): (readonly [number, number])[] {
  let parts: (readonly [number, number])[] = [range];
  for (const [low, high] of unquotable) {
    parts = parts.flatMap(([from, to]): (readonly [number, number])[] => {
      if (high < from || low > to) return [[from, to]];
      const kept: (readonly [number, number])[] = [];
      if (from < low) kept.push([from, low - 1]);
      if (to > high) kept.push([high + 1, to]);
      return kept;
    });
  }
  return parts;
}

function rangeText([low, high]: readonly [number, number]): string {
  const from = classText([String.fromCodePoint(low)]);
  return low === high ? from : `${from}-${classText([String.fromCodePoint(high)])}`;
}
