import type { JsonSchema, ToolDefinition } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { anyOf, type GrammarRules, literal, sequence } from '../../schema/gbnf.ts';
import { SchemaCompiler } from '../../schema/compiler.ts';
import { flattenSchema } from '../../schema/flatten.ts';
import { invalid, propertiesOf, requiredOf, valuesOf } from '../../schema/keywords.ts';
import { textUntil } from '../../schema/text-until.ts';
import { objectSchema, orFree, takesNothing } from './call-grammar.ts';
import { anyOrder, type Part } from './any-order.ts';
import { admittedTypes } from '../tool-schema.ts';

/** Text around a parameter in the grammar. */
export interface ParameterLayout {
  /** Expression for what stands before the value: `key` is an expression too, `type` how the value is written. */
  before(key: string, type: 'text' | 'json'): string;
  /** The end of a value, and what follows it up to the next parameter. */
  readonly close: string;
  readonly after: string;
  /** A second way to write a text, with its end. */
  quotedText?(rules: GrammarRules): string;
}

/**
 * A tool's parameters, the required ones in their declared order, the optional ones anywhere or not at all: text up to
 * the closing tag for text, JSON by its schema for anything else.
 */
export function parametersExpression(rules: GrammarRules, tool: ToolDefinition, layout: ParameterLayout): string {
  if (takesNothing(tool.parameters)) return '';
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
  const parts: Part[] = [];
  for (const [key, property] of properties) {
    const opened = flattenSchema(property, whole, rules.work);
    const isRequired = required.has(key);
    const raw = rawValues(opened);
    if (raw) {
      const written = raw.map(({ text, type }) => sequence(layout.before(literal(key), type), literal(text)));
      const expression = sequence(anyOf(written), literal(layout.close), layout.after);
      parts.push({ expression, required: isRequired });
      continue;
    }
    const types = admittedTypes(opened);
    const isText = types?.has('string') !== false;
    let value: string | undefined;
    if (isText) value = anyText(rules, layout);
    else if ([...types].every((type) => Object.hasOwn(words, type)))
      value = sequence(anyOf([...types].flatMap((type) => words[type] ?? [])), literal(layout.close));
    else {
      const json = compiler.expression(property, `${tool.name}-${key}`, { depth: 0, head: new Set() });
      if (json === undefined && isRequired) throw invalid(`nothing can fit ${key} of ${tool.name}.`);
      value = json === undefined ? undefined : sequence(json, literal(layout.close));
    }
    if (value === undefined) continue;
    const expression = sequence(layout.before(literal(key), isText ? 'text' : 'json'), value, layout.after);
    parts.push({ expression, required: isRequired });
  }
  return rules.add(`parameters of ${tool.name}`, anyOrder(rules, parts, `parameters of ${tool.name}`) || '""');
}

/** Templates render these values as Python writes them, and models imitate that. */
const words: Readonly<Record<string, readonly string[]>> = {
  boolean: ['true', 'false', 'True', 'False'].map(literal),
  null: ['null', 'None'].map(literal),
};

/** The allowed values as they are written, if at least one of them is a string. */
function rawValues(property: JsonSchema): readonly { text: string; type: 'text' | 'json' }[] | undefined {
  const values = isJsonObject(property) ? valuesOf(property) : undefined;
  if (!values?.some((value) => typeof value === 'string')) return undefined;
  return values.map((value) =>
    typeof value === 'string' ? { text: value, type: 'text' } : { text: JSON.stringify(value), type: 'json' },
  );
}

/** Whether more than `properties` decides which parameters go together. */
function isUnion(schema: { readonly [key: string]: unknown }): boolean {
  return ['anyOf', 'oneOf', 'allOf', '$ref'].some((keyword) => schema[keyword] !== undefined);
}

function anyText(rules: GrammarRules, layout: ParameterLayout): string {
  const plain = textUntil(rules, layout.close);
  return layout.quotedText ? anyOf([layout.quotedText(rules), plain]) : plain;
}

function freeParameters(rules: GrammarRules, layout: ParameterLayout): string {
  const before = anyOf((['text', 'json'] as const).map((type) => layout.before('[^<>\\n"]{1,64}', type)));
  return `(${sequence(before, textUntil(rules, layout.close), layout.after)})*`;
}
