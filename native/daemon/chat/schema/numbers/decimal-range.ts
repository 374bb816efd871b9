import { digitClass, either, isExact, naturalPattern } from './integer-range.ts';

/** One end of a range. */
export interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

const placesMax = 24;
const digits = '[0-9]{0,24}';
const zeros = '0{0,24}';
const fraction = '(?:\\.[0-9]{1,24})?';
const growing = '(?:[eE]\\+?[0-9]{1,2})?';
const exponent = '(?:[eE][-+]?[0-9]{1,2})?';

/**
 * A regular expression for the numbers of a range in JSON's notation; of those with exponents only some. Bounds that
 * are too large to be exact count as open. Undefined when nothing lies between them.
 */
export function decimalPattern(min: Bound | undefined, max: Bound | undefined, places = placesMax): string | undefined {
  const low = min && isTold(min.value) ? min : undefined;
  const high = max && isTold(max.value) ? max : undefined;
  if (low && high) {
    if (low.value > high.value) return undefined;
    if (low.value === high.value && (low.exclusive || high.exclusive)) return undefined;
  }
  const parts: string[] = [];
  if (!low || low.value < 0) {
    const nearest =
      high && high.value < 0 ? negated(high) : { value: 0, exclusive: high?.value === 0 && high.exclusive };
    const magnitude = magnitudePattern(nearest, low && negated(low));
    if (magnitude !== undefined) parts.push(`-${magnitude}`);
  }
  if (!high || high.value > 0 || (high.value === 0 && !high.exclusive)) {
    const nearest = low && low.value >= 0 ? low : { value: 0, exclusive: false };
    const magnitude = magnitudePattern(nearest, high);
    if (magnitude !== undefined) parts.push(magnitude);
  }
  // All digits behind a point are written with the same largest count.
  return parts.length === 0 ? undefined : either(parts).replaceAll(`,${placesMax}}`, `,${places}}`);
}

function isTold(value: number): boolean {
  return isExact(Math.trunc(value));
}

function negated({ value, exclusive }: Bound): Bound {
  return { value: -value, exclusive };
}

/** Numbers without a sign. */
function magnitudePattern(low: Bound, high: Bound | undefined): string | undefined {
  const from = partsOf(low.value);
  const parts: string[] = [];
  if (!high) {
    const isZero = low.value === 0;
    const start = fractionFrom(from.fraction, low.exclusive);
    parts.push(from.whole + start + (isZero ? exponent : growing));
    parts.push(naturalPattern(from.whole + 1, undefined) + fraction + (isZero ? exponent : growing));
    return either(parts);
  }
  const to = partsOf(high.value);
  if (from.whole === to.whole) {
    const between = fractionBetween(from.fraction, to.fraction, {
      low: low.exclusive,
      high: high.exclusive,
    });
    if (between !== undefined) parts.push(from.whole + between);
  } else {
    parts.push(from.whole + fractionFrom(from.fraction, low.exclusive));
    if (to.whole - from.whole > 1) parts.push(naturalPattern(from.whole + 1, to.whole - 1) + fraction);
    const end = fractionTo(to.fraction, high.exclusive);
    if (end !== undefined) parts.push(to.whole + end);
  }
  if (low.value === 0 && high.value >= 1e-9) parts.push(smallPattern(high.value));
  return parts.length === 0 ? undefined : either(parts);
}

/** Small numbers, as models write them: with an exponent that makes any number before it less than `limit`. */
function smallPattern(limit: number): string {
  const places = Math.max(0, Math.ceil(-Math.log10(limit)));
  return `[1-9](?:\\.[0-9]{1,24})?[eE]-0?${naturalPattern(places + 1, 99)}`;
}

/** The whole part, and the digits after the point without zeros at their end. */
function partsOf(value: number): {
  readonly whole: number;
  readonly fraction: string;
} {
  const text = String(value).includes('e') ? value.toFixed(20) : String(value);
  const [whole = '0', after = ''] = text.split('.');
  return { whole: Number(whole), fraction: after.replace(/0+$/, '') };
}

/** Fractions, with their point or left out, of at least `from`. */
function fractionFrom(from: string, exclusive: boolean): string {
  return from === '' && !exclusive ? fraction : `\\.${digitsFrom(from, exclusive)}`;
}

/** Fractions up to `to`; undefined if there are none. */
function fractionTo(to: string, exclusive: boolean): string | undefined {
  if (to === '') return exclusive ? undefined : '(?:\\.0{1,24})?';
  const parts = digitsBelow(to);
  if (!exclusive) parts.push(`${to}${zeros}`);
  return parts.length === 0 ? '' : `(?:\\.${either(parts)})?`;
}

function fractionBetween(
  from: string,
  to: string,
  exclusive: { readonly low: boolean; readonly high: boolean },
): string | undefined {
  if (from === '' && !exclusive.low) return fractionTo(to, exclusive.high);
  const length = Math.max(from.length, to.length);
  const [low, high] = [from.padEnd(length, '0'), to.padEnd(length, '0')];
  const at = [...low].findIndex((digit, place) => digit !== high[place]);
  if (at === -1) return exclusive.low || exclusive.high ? undefined : `\\.${from}${zeros}`;
  const same = low.slice(0, at);
  const [first, last] = [Number(low[at]), Number(high[at])];
  const parts = [`${same}${first}${digitsFrom(low.slice(at + 1), exclusive.low)}`];
  if (from === same && !exclusive.low) parts.push(same);
  if (last - first > 1) parts.push(`${same}${digitClass(first + 1, last - 1)}${digits}`);
  const rest = high.slice(at + 1).replace(/0+$/, '');
  const ends = digitsBelow(rest);
  if (!exclusive.high) ends.push(`${rest}${zeros}`);
  if (rest !== '') ends.push('');
  if (ends.length > 0) parts.push(`${same}${last}${either(ends)}`);
  return `\\.${either(parts)}`;
}

/** Digits behind a point that are at least `given`. */
function digitsFrom(given: string, exclusive: boolean): string {
  const from = given.replace(/0+$/, '');
  const more = exclusive ? `${zeros}[1-9]${digits}` : digits;
  const parts = [...from].flatMap((digit, at) =>
    digit === '9' ? [] : [`${from.slice(0, at)}${digitClass(Number(digit) + 1, 9)}${digits}`],
  );
  return either([...parts, from + more]);
}

/** Digits behind a point, one at least, that are less than `to`, which does not end with a zero. */
function digitsBelow(to: string): string[] {
  return [...to].flatMap((digit, at) => [
    ...(at === 0 ? [] : [to.slice(0, at)]),
    ...(digit === '0' ? [] : [`${to.slice(0, at)}${digitClass(0, Number(digit) - 1)}${digits}`]),
  ]);
}
