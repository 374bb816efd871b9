/** Longer numbers are not told apart: JavaScript does not either. */
const digitsMax = 15;

/**
 * A regular expression for the whole numbers from `min` to `max`, both inclusive, in JSON's notation; an open side is
 * undefined. Undefined when the range is empty. Bounds must be exact.
 */
export function integerPattern(min: number | undefined, max: number | undefined): string | undefined {
  if (min !== undefined && max !== undefined && min > max) return undefined;
  const parts: string[] = [];
  if (min === undefined || min < 0) {
    const nearest = max === undefined || max > -1 ? 1 : -max;
    parts.push(`-${naturalPattern(nearest, min === undefined ? undefined : -min)}`);
  }
  if (max === undefined || max >= 0) parts.push(naturalPattern(Math.max(min ?? 0, 0), max));
  return either(parts);
}

/** Natural numbers in a range without leading zeros. */
export function naturalPattern(min: number, max: number | undefined): string {
  const low = String(min);
  const alternatives: string[] = [];
  const longest = max === undefined ? low.length : String(max).length;
  for (let length = low.length; length <= longest; length += 1) {
    const from = length === low.length ? low : `1${'0'.repeat(length - 1)}`;
    const to = max !== undefined && length === longest ? String(max) : '9'.repeat(length);
    alternatives.push(...sameLength(from, to));
  }
  if (max === undefined) alternatives.push(`[1-9]${digits(low.length, digitsMax)}`);
  return either(alternatives);
}

/** Alternatives of a regular expression. */
export function either(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(?:${parts.join('|')})`;
}

/** Whether a bound is exact enough to be written out. */
export function isExact(bound: number): boolean {
  return Number.isSafeInteger(bound) && Math.abs(bound) < 10 ** digitsMax;
}

/** Digit strings from `from` to `to`, both of one length, as alternatives. */
function sameLength(from: string, to: string): string[] {
  if (from === '') return [''];
  const rest = from.length - 1;
  const low = Number(from[0]);
  const high = Number(to[0]);
  if (/^0*$/.test(from.slice(1)) && /^9*$/.test(to.slice(1))) return [digitClass(low, high) + digits(rest, rest)];
  if (low === high) return sameLength(from.slice(1), to.slice(1)).map((tail) => `${low}${tail}`);
  const alternatives = sameLength(from.slice(1), '9'.repeat(rest)).map((tail) => `${low}${tail}`);
  if (high - low > 1) alternatives.push(digitClass(low + 1, high - 1) + digits(rest, rest));
  return [...alternatives, ...sameLength('0'.repeat(rest), to.slice(1)).map((tail) => `${high}${tail}`)];
}

/** An expression for one digit of a range. */
export function digitClass(low: number, high: number): string {
  return low === high ? String(low) : `[${low}-${high}]`;
}

function digits(min: number, max: number): string {
  if (max === 0) return '';
  return min === max ? `[0-9]{${min}}` : `[0-9]{${min},${Math.max(min, max)}}`;
}
