import type { JsonSchema, JsonValue } from '../../../protocol/chat.ts';
import { isJsonObject } from '../../../protocol/json-object.ts';
import { arrayExpression } from './array-grammar.ts';
import { decimalRange } from './decimal-range.ts';
import { anyOf, GrammarRules, literal, sequence } from './gbnf.ts';
import { integerRange, isExact } from './integer-range.ts';
import { type JsonRule, jsonRule } from './json-rules.ts';
import { objectExpression } from './object-grammar.ts';
import { isEmptySchema, mergeAll, mergeSchemas, withoutKeywords } from './merge.ts';
import {
  invalid,
  numberOf,
  resolveReference,
  type SchemaRecord,
  schemasOf,
  type SchemaType,
  typeOf,
  typesOf,
  valuesOf,
  withoutNulls,
} from './keywords.ts';
import { stringExpression } from './string-grammar.ts';

/**
 * Compiles JSON Schema to GBNF. Keywords that GBNF cannot express (not, if, uniqueItems, multipleOf, ...) are ignored:
 * the grammar then admits more than the schema, never less. A schema that nothing fits is `grammar.invalid`.
 * Owns: references, unions, types. Does not own: objects, arrays, strings and numbers, each in its file.
 */

/** A schema with more parts than this goes on as free JSON. */
const nodesMax = 4_000;
const nodeWork = 8;
const depthMax = 48;
const lettersMax = 60_000;

/** Where a schema stands: how deep, and which references led here without a character in between. */
export interface Place {
  readonly depth: number;
  readonly head: ReadonlySet<string>;
}

/** The name of a rule for JSON that fits the schema. Throws `grammar.invalid`. */
export function schemaRule(rules: GrammarRules, schema: JsonSchema, hint: string): string {
  const body = new SchemaCompiler(rules, schema).expression(schema, hint, { depth: 0, head: new Set() });
  if (body === undefined) throw invalid(`nothing can fit ${hint}: it contradicts itself.`);
  return rules.add(hint, body);
}

export class SchemaCompiler {
  readonly rules: GrammarRules;
  readonly #root: JsonSchema;
  readonly #references = new Map<string, string | undefined>();
  #nodes = 0;
  #letters = 0;

  constructor(rules: GrammarRules, root: JsonSchema) {
    this.rules = rules;
    this.#root = root;
  }

  /** An expression for the schema; undefined when nothing fits it. */
  expression(given: JsonSchema, hint: string, place: Place): string | undefined {
    const schema = withoutNulls(given);
    if (schema === false) return undefined;
    this.#nodes += 1;
    const tooMuch =
      !this.rules.work.take(nodeWork) || this.#nodes > nodesMax || this.rules.isFull || place.depth > depthMax;
    if (schema === true || tooMuch) return this.#free(schema);
    const reference = schema['$ref'];
    if (reference !== undefined) return this.#reference(schema, reference, hint, place);
    const all = schemasOf(schema, 'allOf');
    if (all) {
      const base = withoutKeywords(schema, ['allOf']);
      return this.expression(mergeAll(all, base, this.rules.work), hint, place);
    }
    for (const keyword of ['anyOf', 'oneOf']) {
      const alternatives = schemasOf(schema, keyword);
      if (alternatives) return this.#union(alternatives, withoutKeywords(schema, [keyword]), hint, place);
    }
    const values = valuesOf(schema);
    if (values) return this.#values(values, schema);
    return this.#typed(schema, hint, place);
  }

  /** The place of a part of an object or array: characters lie between. */
  inside(place: Place): Place {
    return { depth: place.depth + 1, head: new Set() };
  }

  /** Whether that much text may still be written into the grammar: values and names can be long. */
  spell(text: string): boolean {
    this.#letters += text.length;
    return this.#letters <= lettersMax;
  }

  #reference(schema: SchemaRecord, reference: JsonValue, hint: string, place: Place): string | undefined {
    if (typeof reference !== 'string') throw invalid('$ref must be a text.');
    const siblings = withoutKeywords(schema, ['$ref']);
    const target = resolveReference(this.#root, reference);
    // A schema that is itself, and schemas elsewhere, are not followed.
    if (target === undefined || place.head.has(reference)) {
      return isEmptySchema(siblings) ? this.#free(true) : this.expression(siblings, hint, place);
    }
    const inner = { depth: place.depth + 1, head: new Set([...place.head, reference]) };
    if (!isEmptySchema(siblings)) return this.expression(mergeSchemas(target, siblings, this.rules.work), hint, inner);
    if (this.#references.has(reference)) return this.#references.get(reference);
    const name = this.rules.reserve(reference.split('/').at(-1) || hint);
    this.#references.set(reference, name);
    const body = this.expression(target, name, inner);
    this.rules.define(name, body ?? this.#free(true));
    this.#references.set(reference, body === undefined ? undefined : name);
    return body === undefined ? undefined : name;
  }

  #union(alternatives: readonly JsonSchema[], base: JsonSchema, hint: string, place: Place): string | undefined {
    const expressions: string[] = [];
    alternatives.forEach((alternative, at) => {
      const schema = isEmptySchema(base) ? alternative : mergeSchemas(base, alternative, this.rules.work);
      const found = this.expression(schema, `${hint}-${at}`, { ...place, depth: place.depth + 1 });
      if (found !== undefined) expressions.push(found);
    });
    return expressions.length === 0 ? undefined : anyOf(expressions);
  }

  #values(values: readonly JsonValue[], schema: SchemaRecord): string | undefined {
    const types = typesOf(schema);
    const fitting = types ? values.filter((value) => types.some((type) => isOfType(value, type))) : values;
    if (fitting.length === 0) return undefined;
    const isSpelled = fitting.every((value) => this.spell(`${JSON.stringify(value)},`));
    if (!isSpelled) return anyOf([...new Set(fitting.map(typeOf))].map((type) => this.#free({ type })));
    return anyOf(fitting.map((value) => this.#value(value)));
  }

  #value(value: JsonValue): string {
    if (typeof value !== 'object' || value === null) return literal(JSON.stringify(value));
    const ws = jsonRule(this.rules, 'ws');
    const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
    const parts = Array.isArray(value)
      ? value.map((one: JsonValue) => this.#value(one))
      : Object.entries(value).map(([key, one]) =>
          sequence(literal(`${JSON.stringify(key)}:`), ws, this.#value(one ?? null)),
        );
    if (parts.length === 0) return sequence(literal(open), ws, literal(close));
    return sequence(literal(open), ws, parts.join(` "," ${ws} `), ws, literal(close));
  }

  #typed(schema: SchemaRecord, hint: string, place: Place): string | undefined {
    const types = typesOf(schema) ?? impliedTypes(schema);
    if (!types) return this.#free(true);
    const expressions = types
      .map((type) => this.#ofType(type, schema, hint, place))
      .filter((found) => found !== undefined);
    return expressions.length === 0 ? undefined : anyOf(expressions);
  }

  #ofType(type: SchemaType, schema: SchemaRecord, hint: string, place: Place): string | undefined {
    switch (type) {
      case 'object':
        return objectExpression(this, schema, hint, place);
      case 'array':
        return arrayExpression(this, schema, hint, place);
      case 'string':
        return stringExpression(this.rules, schema);
      case 'integer':
      case 'number':
        return this.#number(type, schema);
      case 'boolean':
      case 'null':
        return jsonRule(this.rules, `json-${type}`);
      default:
        return type satisfies never;
    }
  }

  #number(type: 'integer' | 'number', schema: SchemaRecord): string | undefined {
    const { min, max, empty } = bounds(schema, type);
    if (empty) return undefined;
    if (type === 'number') {
      if (min !== undefined && max !== undefined && isExact(Math.floor(min)) && isExact(Math.ceil(max)))
        return decimalRange(min, max);
      return jsonRule(this.rules, min !== undefined && min >= 0 ? 'json-unsigned' : 'json-number');
    }
    const exactMin = min !== undefined && isExact(min) ? min : undefined;
    const exactMax = max !== undefined && isExact(max) ? max : undefined;
    if (exactMin === undefined && exactMax === undefined) return jsonRule(this.rules, 'json-integer');
    return integerRange(exactMin, exactMax) ?? jsonRule(this.rules, 'json-integer');
  }

  /** Free JSON of the type a schema names. */
  #free(schema: JsonSchema): string {
    const types = isJsonObject(schema) ? typesOf(schema) : undefined;
    return types
      ? anyOf(types.map((type) => jsonRule(this.rules, `json-${type}` satisfies JsonRule)))
      : jsonRule(this.rules, 'json-value');
  }
}

/** Lowest and highest value; exclusive bounds of whole numbers are the next one. */
function bounds(
  schema: SchemaRecord,
  type: 'integer' | 'number',
): { min: number | undefined; max: number | undefined; empty: boolean } {
  const step = type === 'integer' ? 1 : 0;
  const lows = [numberOf(schema, 'minimum')];
  const highs = [numberOf(schema, 'maximum')];
  // Draft 4 makes the neighbouring bound exclusive by a boolean.
  if (schema['exclusiveMinimum'] === true) lows.push((lows[0] ?? -Infinity) + step);
  else if (typeof schema['exclusiveMinimum'] !== 'boolean') lows.push(next(numberOf(schema, 'exclusiveMinimum'), step));
  if (schema['exclusiveMaximum'] === true) highs.push((highs[0] ?? Infinity) - step);
  else if (typeof schema['exclusiveMaximum'] !== 'boolean')
    highs.push(next(numberOf(schema, 'exclusiveMaximum'), -step));
  const given = (list: readonly (number | undefined)[]): number[] =>
    list.filter((one): one is number => one !== undefined && Number.isFinite(one));
  const low = given(lows).map((one) => (step === 1 ? Math.ceil(one) : one));
  const high = given(highs).map((one) => (step === 1 ? Math.floor(one) : one));
  const min = low.length > 0 ? Math.max(...low) : undefined;
  const max = high.length > 0 ? Math.min(...high) : undefined;
  return { min, max, empty: min !== undefined && max !== undefined && min > max };
}

/** The whole number beyond an exclusive bound. */
function next(bound: number | undefined, step: number): number | undefined {
  if (bound === undefined || step === 0) return bound;
  return step > 0 ? Math.floor(bound) + 1 : Math.ceil(bound) - 1;
}

/** Types that the keywords imply for a schema without a type. */
function impliedTypes(schema: SchemaRecord): readonly SchemaType[] | undefined {
  const has = (...keywords: readonly string[]): boolean => keywords.some((keyword) => schema[keyword] !== undefined);
  if (has('properties', 'required', 'additionalProperties', 'patternProperties')) return ['object'];
  if (has('items', 'prefixItems', 'minItems', 'maxItems')) return ['array'];
  if (has('pattern', 'minLength', 'maxLength', 'format')) return ['string'];
  if (has('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf')) return ['number'];
  return undefined;
}

function isOfType(value: JsonValue, type: SchemaType): boolean {
  const own = typeOf(value);
  return own === type || (own === 'integer' && type === 'number');
}
