import { type GrammarRules, repeat, sequence } from '../gbnf.ts';
import { jsonRule } from '../json-rules.ts';
import { countOf, invalid, type SchemaRecord } from '../keywords.ts';
import { formatPatterns } from './formats.ts';
import { all, lengthMachine, type Machine, not, textsMachine } from './machine.ts';
import { machineGrammar } from './machine-grammar.ts';
import { patternExpression } from './pattern-grammar.ts';
import { patternMachine } from './pattern-machine.ts';
import { readPattern } from './pattern-reader.ts';
import type { Pattern } from './pattern-tree.ts';

/** What a schema says about texts. Patterns that cannot be read are left out, which allows more. */
export interface TextConstraint {
  readonly min: number;
  readonly max: number | undefined;
  readonly patterns: readonly Pattern[];
  readonly excluded: readonly Pattern[];
  readonly otherThan: readonly string[];
}

const patternsMax = 12;
const keywords = ['minLength', 'maxLength', 'pattern', 'format', 'notPattern', 'notEnum'];

/** Reads the keywords about strings. Throws `grammar.invalid`. */
export function textConstraint(schema: SchemaRecord): TextConstraint {
  const given = textsOf(schema, 'pattern');
  const formats = textsOf(schema, 'format').flatMap((format) => formatPatterns.get(format) ?? []);
  return {
    min: countOf(schema, 'minLength') ?? 0,
    max: countOf(schema, 'maxLength'),
    patterns: [...given, ...formats].flatMap(read).slice(0, patternsMax),
    excluded: textsOf(schema, 'notPattern').flatMap(read).slice(0, patternsMax),
    otherThan: Array.isArray(schema['notEnum'])
      ? schema['notEnum'].filter((value): value is string => typeof value === 'string')
      : [],
  };
}

/**
 * A machine for the texts that fit; undefined if there is nothing to tell. What is too large for one is left out.
 */
export function constraintMachine(constraint: TextConstraint): Machine | undefined {
  const { min, max, patterns, excluded, otherThan } = constraint;
  const machines = patterns.flatMap((pattern) => patternMachine(pattern) ?? []);
  for (const pattern of excluded) {
    const machine = patternMachine(pattern);
    if (machine) machines.push(not(machine));
  }
  if (min > 0 || max !== undefined) machines.push(lengthMachine(min, max));
  if (otherThan.length > 0) machines.push(not(textsMachine(otherThan)));
  return machines.length === 0 ? undefined : all(machines);
}

/** A JSON string, with its quotes, that fits a schema; undefined when nothing does. Throws `grammar.invalid`. */
export function textExpression(rules: GrammarRules, schema: SchemaRecord): string | undefined {
  const key = JSON.stringify(keywords.map((keyword) => schema[keyword] ?? null));
  return rules.once(`text ${key}`, () => written(rules, textConstraint(schema)) ?? '') || undefined;
}

function written(rules: GrammarRules, constraint: TextConstraint): string | undefined {
  const { min, max, patterns, excluded, otherThan } = constraint;
  if (max !== undefined && max < min) return undefined;
  const isCounted = min > 0 || max !== undefined;
  const length = isCounted
    ? sequence('"\\""', repeat(jsonRule(rules, 'json-char'), min, max), '"\\""')
    : jsonRule(rules, 'json-string');
  if (patterns.length + excluded.length + otherThan.length === 0) return length;
  const [pattern] = patterns;
  const direct = pattern && patternExpression(rules, pattern);
  const whole = direct === undefined ? length : sequence('"\\""', rules.add('text', direct), '"\\""');
  if (direct !== undefined && patterns.length === 1 && excluded.length + otherThan.length === 0 && !isCounted)
    return whole;
  const machine = constraintMachine(constraint);
  const grammar = machine ? machineGrammar(rules, machine, '"\\""') : 'too much';
  if (grammar === 'nothing') return undefined;
  return grammar === 'too much' ? whole : sequence('"\\""', grammar.rule);
}

function read(source: string): Pattern[] {
  const pattern = readPattern(source);
  return pattern ? [pattern] : [];
}

/** A keyword's text, or the texts that were put together from several schemas. */
function textsOf(schema: SchemaRecord, keyword: string): readonly string[] {
  const value = schema[keyword];
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((text) => {
    if (typeof text !== 'string') throw invalid(`${keyword} must be a text.`);
    return text;
  });
}
