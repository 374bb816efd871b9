import type { JsonSchema, ToolDefinition } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { anyOf, type GrammarRules, literal, sequence } from '../../schema/gbnf.ts';
import { SchemaCompiler } from '../../schema/compiler.ts';
import { flattenSchema } from '../../schema/flatten.ts';
import { invalid, propertiesOf, requiredOf, valuesOf } from '../../schema/keywords.ts';
import { textUntil } from '../../schema/text-until.ts';
import { objectSchema, orFree } from './call-grammar.ts';
import { admittedTypes } from '../tool-schema.ts';

/** Text around a parameter in the grammar. */
interface ParameterLayout {
  before(key: string): string;
  /** The end of a value, and what follows it up to the next parameter. */
  readonly close: string;
  readonly after: string;
}

/**
 * A tool's parameters in their declared order, optional ones left out or not: text up to the closing tag for text,
 * JSON by its schema for anything else.
 */
export function parametersExpression(rules: GrammarRules, tool: ToolDefinition, layout: ParameterLayout): string {
  return orFree(
    rules,
    tool,
    () => writeParameters(rules, tool, layout),
    () => freeParameters(rules, layout),
  );
}

function writeParameters(rules: GrammarRules, tool: ToolDefinition, layout: ParameterLayout): string {
  const whole = objectSchema(tool, rules.work);
  const schema = flattenSchema(whole, whole, rules.work);
  if (!isJsonObject(schema)) throw invalid(`nothing can fit the arguments of ${tool.name}.`);
  const compiler = new SchemaCompiler(rules, whole);
  const properties = propertiesOf(schema);
  const required = new Set(requiredOf(schema));
  if (properties.size === 0 || isUnion(schema) || rules.isFull) return freeParameters(rules, layout);
  const parts: string[] = [];
  for (const [key, property] of properties) {
    const opened = flattenSchema(property, whole, rules.work);
    const raw = rawValues(opened);
    const types = admittedTypes(opened);
    let value: string | undefined;
    if (raw) value = sequence(anyOf(raw.map(literal)), literal(layout.close));
    else if (types?.has('string') !== false) value = textUntil(rules, layout.close);
    else if ([...types].every((type) => Object.hasOwn(words, type)))
      value = sequence(anyOf([...types].flatMap((type) => words[type] ?? [])), literal(layout.close));
    else {
      const json = compiler.expression(property, `${tool.name}-${key}`, { depth: 0, head: new Set() });
      if (json === undefined && required.has(key)) throw invalid(`nothing can fit ${key} of ${tool.name}.`);
      value = json === undefined ? undefined : sequence(json, literal(layout.close));
    }
    if (value === undefined) continue;
    const part = sequence(literal(layout.before(key)), value, layout.after);
    parts.push(required.has(key) ? part : `(${part})?`);
  }
  return rules.add(`parameters of ${tool.name}`, parts.join(' ') || '""');
}

/** Templates render these values as Python writes them, and models imitate that. */
const words: Readonly<Record<string, readonly string[]>> = {
  boolean: ['true', 'false', 'True', 'False'].map(literal),
  null: ['null', 'None'].map(literal),
};

/** The allowed values as raw text, if at least one of them is a string. */
function rawValues(property: JsonSchema): readonly string[] | undefined {
  const values = isJsonObject(property) ? valuesOf(property) : undefined;
  if (!values?.some((value) => typeof value === 'string')) return undefined;
  return values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

/** Whether more than `properties` decides which parameters go together. */
function isUnion(schema: { readonly [key: string]: unknown }): boolean {
  return ['anyOf', 'oneOf', 'allOf', '$ref'].some((keyword) => schema[keyword] !== undefined);
}

function freeParameters(rules: GrammarRules, layout: ParameterLayout): string {
  const [start = '', end = ''] = layout.before('\u0000').split('\u0000');
  const part = sequence(literal(start), '[^<>\\n"]{1,64}', literal(end), textUntil(rules, layout.close), layout.after);
  return `(${part})*`;
}
