import { anyOf, type GrammarRules, literal } from '../gbnf.ts';
import { jsonRule } from '../json-rules.ts';
import { invalid, numberOf, type SchemaRecord } from '../keywords.ts';
import { all, type Machine, not } from '../text/machine.ts';
import { machineGrammar } from '../text/machine-grammar.ts';
import { patternExpression } from '../text/pattern-grammar.ts';
import { patternMachine } from '../text/pattern-machine.ts';
import { readPattern } from '../text/pattern-reader.ts';
import { type Bound, decimalPattern } from './decimal-range.ts';
import { integerPattern, isExact } from './integer-range.ts';
import { multipleMachine, placesOf } from './multiple-machine.ts';

/** So many multiples in a range are written out one by one. */
const multiplesMax = 200;
/** Digits of a number times what may be left of a division: as many places are followed. */
const followedMax = 500;
const digitsMax = 18;

/** Numbers within bounds, of some step, without some values; undefined when there are none. */
export function numberExpression(
  rules: GrammarRules,
  type: 'integer' | 'number',
  schema: SchemaRecord,
): string | undefined {
  const range = rangeOf(schema);
  const steps = numbersOf(schema, 'multipleOf');
  const excluded = numbersOf(schema, 'notEnum');
  const isWhole = type === 'integer' || (steps.length > 0 && steps.every(Number.isInteger));
  const pattern = isWhole ? wholePattern(range) : decimalPattern(range.min, range.max, placesOfAll(steps));
  if (pattern === 'nothing' || (!isWhole && pattern === undefined)) return undefined;
  if (steps.length + excluded.length === 0) return unstepped(rules, type, pattern, range);
  const listed = isWhole && steps.length > 0 ? multiples(range, steps, excluded) : undefined;
  if (listed) return listed.length === 0 ? undefined : anyOf(listed.map((value) => literal(String(value))));
  const isBounded = range.min !== undefined || range.max !== undefined;
  const isTold = pattern !== undefined && (isBounded || steps.length === 0);
  const loose = isTold ? pattern : unbounded(steps, isWhole);
  const base = readPattern(`^(?:${loose})${isWhole && type === 'number' ? '(?:\\.0{1,24})?' : ''}$`);
  const machines: Machine[] = [];
  for (const machine of [base && patternMachine(base), ...steps.map(multipleMachine)])
    if (machine) machines.push(machine);
  for (const value of excluded) {
    const other = readPattern(
      `^${String(value).replaceAll('.', '\\.')}${Number.isInteger(value) ? '(?:\\.0*)?' : '0*'}$`,
    );
    const machine = other && patternMachine(other);
    if (machine) machines.push(not(machine));
  }
  const grammar = machineGrammar(rules, all(machines), '');
  if (grammar === 'nothing') return undefined;
  return grammar === 'too much' ? written(rules, loose) : grammar.rule;
}

/** Numbers of any size, as far as they can be followed beside what is left of a division. */
function unbounded(steps: readonly number[], isWhole: boolean): string {
  const places = placesOfAll(steps) ?? 1;
  const left = Math.max(1, ...steps.map((step) => step * 10 ** (isWhole ? 0 : places)));
  const more = Math.max(2, Math.min(digitsMax, Math.floor(followedMax / left)));
  return `-?(?:0|[1-9][0-9]{0,${more}})${isWhole ? '' : `(?:\\.[0-9]{1,${places}})?`}`;
}

/** Digits behind the point that a multiple of all steps may have; left out without steps. */
function placesOfAll(steps: readonly number[]): number | undefined {
  const places = steps.map((step) => placesOf(step)).filter((count) => count !== undefined);
  return places.length === 0 ? undefined : Math.max(1, ...places);
}

interface Range {
  readonly min: Bound | undefined;
  readonly max: Bound | undefined;
}

function unstepped(
  rules: GrammarRules,
  type: 'integer' | 'number',
  pattern: string | undefined,
  { min, max }: Range,
): string {
  if (pattern === undefined || (!min && !max)) return jsonRule(rules, `json-${type}`);
  if (type === 'number' && min?.value === 0 && !min.exclusive && !max) return jsonRule(rules, 'json-unsigned');
  return written(rules, pattern);
}

/** An expression for a regular expression about numbers. */
function written(rules: GrammarRules, source: string): string {
  return rules.once(`number ${source}`, () => {
    const pattern = readPattern(`^(?:${source})$`);
    const expression = pattern && patternExpression(rules, pattern);
    return expression === undefined ? jsonRule(rules, 'json-number') : rules.add('number', expression);
  });
}

/** Undefined: any whole number, as far as the bounds are told. */
function wholePattern({ min, max }: Range): string | undefined {
  const low = min && lowestWhole(min);
  const high = max && highestWhole(max);
  if (low !== undefined && high !== undefined && low > high) return 'nothing';
  const exact = (bound: number | undefined): number | undefined =>
    bound !== undefined && isExact(bound) ? bound : undefined;
  if (exact(low) === undefined && exact(high) === undefined) return undefined;
  return integerPattern(exact(low), exact(high));
}

function lowestWhole({ value, exclusive }: Bound): number {
  return exclusive ? Math.floor(value) + 1 : Math.ceil(value);
}

function highestWhole({ value, exclusive }: Bound): number {
  return exclusive ? Math.ceil(value) - 1 : Math.floor(value);
}

/** The whole multiples in a range, where they are few. */
function multiples({ min, max }: Range, steps: readonly number[], excluded: readonly number[]): number[] | undefined {
  const step = Math.max(...steps);
  if (!min || !max || !Number.isSafeInteger(step)) return undefined;
  const [low, high] = [lowestWhole(min), highestWhole(max)];
  if (!isExact(low) || !isExact(high) || (high - low) / step > multiplesMax) return undefined;
  const found: number[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step)
    if (steps.every((one) => value % one === 0) && !excluded.includes(value)) found.push(value === 0 ? 0 : value);
  return found;
}

/** Lowest and highest value. Draft 4 makes the neighbouring bound exclusive by a boolean. */
function rangeOf(schema: SchemaRecord): Range {
  const bound = (inclusive: string, exclusive: string, isTighter: (one: number, other: number) => boolean) => {
    const value = numberOf(schema, inclusive);
    const given = schema[exclusive];
    if (typeof given === 'boolean') return value === undefined ? undefined : { value, exclusive: given };
    const beyond = numberOf(schema, exclusive);
    if (beyond === undefined) return value === undefined ? undefined : { value, exclusive: false };
    return value === undefined || !isTighter(value, beyond)
      ? { value: beyond, exclusive: true }
      : { value, exclusive: false };
  };
  return {
    min: bound('minimum', 'exclusiveMinimum', (one, other) => one > other),
    max: bound('maximum', 'exclusiveMaximum', (one, other) => one < other),
  };
}

/** The numbers of a keyword that holds one or, put together from several schemas, a list. */
function numbersOf(schema: SchemaRecord, keyword: string): readonly number[] {
  const value = schema[keyword];
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.filter((one): one is number => typeof one === 'number');
  if (typeof value !== 'number' || !(value > 0)) throw invalid(`${keyword} must be a number above zero.`);
  return [value];
}
