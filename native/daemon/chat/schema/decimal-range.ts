import { anyOf, literal, sequence } from './gbnf.ts';
import { integerRange } from './integer-range.ts';

const fraction = '("." [0-9]{1,24})?';
const noFraction = '("." "0"{1,24})?';
/** Models write small numbers this way: below one, whatever stands before the exponent. */
const small = '[1-9] ("." [0-9]{1,24})? [eE] "-" "0"? [1-9] [0-9]?';

/**
 * An expression for the numbers from `min` to `max`, both inclusive, in JSON's notation; large exponents are left out.
 * A fractional bound counts as the next whole number outside of the range.
 */
export function decimalRange(min: number, max: number): string {
  const low = Math.floor(min);
  const high = Math.ceil(max);
  const parts: string[] = [];
  if (low < 0) parts.push(sequence(literal('-'), magnitudes(Math.max(0, -high), -low)));
  if (high >= 0) parts.push(magnitudes(Math.max(0, low), high));
  return anyOf(parts);
}

function magnitudes(low: number, high: number): string {
  const parts = [sequence(literal(String(high)), noFraction)];
  const below = high > low ? integerRange(low, high - 1) : undefined;
  if (below !== undefined) parts.push(sequence(below, fraction));
  if (low === 0 && high > 0) parts.push(small);
  return anyOf(parts);
}
