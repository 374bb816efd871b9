import type { JsonSchema, JsonValue } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { SchemaCompiler } from '../../schema/compiler.ts';
import { flattenSchema } from '../../schema/flatten.ts';
import type { GrammarRules } from '../../schema/gbnf.ts';
import {
  countOf,
  propertiesOf,
  requiredOf,
  schemasOf,
  type SchemaRecord,
  type SchemaType,
  typesOf,
  valuesOf,
} from '../../schema/keywords.ts';
import { mergeSchemas, tupleOf, withoutKeywords } from '../../schema/merge.ts';

/** What a value may be: one of several expressions, or any text, which goes on to the end of its place. */
export interface Written {
  readonly expressions: readonly string[];
  readonly anyText: boolean;
}

/** A member of an object. */
export interface WrittenMember {
  readonly key: string;
  readonly value: Written;
  readonly required: boolean;
}

/** Items of a list: the first ones in their places, then any number of others. */
interface WrittenItems {
  readonly first: readonly Written[];
  readonly others: Written | undefined;
  readonly min: number;
  readonly max: number | undefined;
}

/** How a family writes values that other families write as JSON. Each returns an expression. */
export interface ValueDialect {
  /** A certain text. */
  text(value: string): string;
  word(value: boolean | null): string;
  object(members: readonly WrittenMember[], hint: string): string;
  list(items: WrittenItems, hint: string): string;
  /** Any object, any list. */
  readonly freeObject: string;
  readonly freeList: string;
}

const depthMax = 24;
const anything: readonly SchemaType[] = ['object', 'array', 'string', 'number', 'boolean', 'null'];

/** Writes the values that a schema admits in a dialect. */
export class ValueGrammar {
  readonly #rules: GrammarRules;
  readonly #root: JsonSchema;
  readonly #dialect: ValueDialect;
  readonly #numbers: SchemaCompiler;
  readonly #references = new Map<string, Written>();

  constructor(rules: GrammarRules, root: JsonSchema, dialect: ValueDialect) {
    this.#rules = rules;
    this.#root = root;
    this.#dialect = dialect;
    this.#numbers = new SchemaCompiler(rules, root);
  }

  /** Undefined where nothing fits. Throws `grammar.invalid`. */
  value(schema: JsonSchema, hint: string, depth = 0): Written | undefined {
    if (schema === false) return undefined;
    if (schema === true || depth > depthMax || this.#rules.isFull) return this.#typed(anything, {}, hint, depth);
    const reference = schema['$ref'];
    if (typeof reference === 'string') return this.#reference(schema, reference, hint, depth);
    const opened = flattenSchema(schema, this.#root, this.#rules.work);
    if (!isJsonObject(opened)) return this.value(opened, hint, depth);
    for (const keyword of ['anyOf', 'oneOf']) {
      const alternatives = schemasOf(opened, keyword);
      if (!alternatives) continue;
      const base = withoutKeywords(opened, [keyword]);
      return union(
        alternatives.map((one, at) =>
          this.value(mergeSchemas(one, base, this.#rules.work), `${hint}-${at}`, depth + 1),
        ),
      );
    }
    const values = valuesOf(opened);
    if (values) return union(values.map((value) => this.#constant(value, hint)));
    return this.#typed(typesOf(opened) ?? impliedTypes(opened), opened, hint, depth);
  }

  /** The members of an object, each once. */
  members(schema: SchemaRecord, hint: string, depth = 0): WrittenMember[] | undefined {
    const properties = new Map(propertiesOf(schema));
    const required = new Set(requiredOf(schema));
    for (const key of required) if (!properties.has(key)) properties.set(key, true);
    const members: WrittenMember[] = [];
    for (const [key, property] of properties) {
      const value = this.value(property, `${hint}-${key}`, depth + 1);
      if (value) members.push({ key, value, required: required.has(key) });
      else if (required.has(key)) return undefined;
    }
    return members;
  }

  #reference(schema: SchemaRecord, reference: string, hint: string, depth: number): Written | undefined {
    const target = (): JsonSchema => flattenSchema(schema, this.#root, this.#rules.work);
    if (Object.keys(schema).some((key) => key !== '$ref' && key !== 'description'))
      return this.#opened(target(), hint, depth);
    const known = this.#references.get(reference);
    if (known) return known;
    const name = this.#rules.reserve(reference.split('/').at(-1) || hint);
    // Until the rule is written, it stands for all that may come again inside it.
    this.#references.set(reference, { expressions: [name], anyText: false });
    const found = this.#opened(target(), name, depth);
    this.#rules.define(name, found?.expressions.join(' | ') || '""');
    const written = found && { expressions: found.expressions.length > 0 ? [name] : [], anyText: found.anyText };
    if (written) this.#references.set(reference, written);
    return written;
  }

  #opened(schema: JsonSchema, hint: string, depth: number): Written | undefined {
    const stays = isJsonObject(schema) && schema['$ref'] !== undefined;
    return this.value(stays ? true : schema, hint, depth + 1);
  }

  #typed(types: readonly SchemaType[], schema: SchemaRecord, hint: string, depth: number): Written | undefined {
    return union(types.map((type) => this.#ofType(type, schema, hint, depth)));
  }

  #ofType(type: SchemaType, schema: SchemaRecord, hint: string, depth: number): Written | undefined {
    switch (type) {
      case 'string':
        return { expressions: [], anyText: true };
      case 'boolean':
        return only(this.#dialect.word(true), this.#dialect.word(false));
      case 'null':
        return only(this.#dialect.word(null));
      case 'integer':
      case 'number': {
        const number = this.#numbers.expression({ ...schema, type }, hint, { depth: 0, head: new Set() });
        return number === undefined ? undefined : only(number);
      }
      case 'array':
        return this.#list(schema, hint, depth);
      case 'object': {
        if (propertiesOf(schema).size === 0 && requiredOf(schema).length === 0)
          return only(
            schema['additionalProperties'] === false ? this.#dialect.object([], hint) : this.#dialect.freeObject,
          );
        const members = this.members(schema, hint, depth);
        return members && only(this.#rules.add(hint, this.#dialect.object(members, hint)));
      }
      default:
        return type satisfies never;
    }
  }

  #list(schema: SchemaRecord, hint: string, depth: number): Written | undefined {
    const tuple = tupleOf(schema);
    const min = countOf(schema, 'minItems') ?? 0;
    const max = countOf(schema, 'maxItems');
    if (max !== undefined && max < min) return undefined;
    if (tuple.prefix.length === 0 && tuple.rest === true && min === 0 && max === undefined)
      return only(this.#dialect.freeList);
    const first: Written[] = [];
    for (const item of tuple.prefix) {
      const value = this.value(item, `${hint}-item`, depth + 1);
      if (!value) break;
      first.push(value);
    }
    const others = first.length === tuple.prefix.length ? this.value(tuple.rest, `${hint}-item`, depth + 1) : undefined;
    if (!others && first.length < min) return undefined;
    return only(this.#rules.add(hint, this.#dialect.list({ first, others, min, max }, hint)));
  }

  #constant(value: JsonValue, hint: string): Written {
    if (typeof value === 'string') return only(this.#dialect.text(value));
    if (typeof value === 'number') return only(`"${JSON.stringify(value)}"`);
    if (typeof value === 'boolean' || value === null) return only(this.#dialect.word(value));
    if (isJsonObject(value)) {
      const members = Object.entries(value).map(([key, one]) => ({
        key,
        value: this.#constant(one ?? null, hint),
        required: true,
      }));
      return only(this.#dialect.object(members, hint));
    }
    const first = (value as readonly JsonValue[]).map((one) => this.#constant(one, hint));
    return only(this.#dialect.list({ first, others: undefined, min: first.length, max: first.length }, hint));
  }
}

function only(...expressions: string[]): Written {
  return { expressions, anyText: false };
}

function union(all: readonly (Written | undefined)[]): Written | undefined {
  const found = all.filter((one) => one !== undefined);
  if (found.length === 0) return undefined;
  return {
    expressions: [...new Set(found.flatMap((one) => one.expressions))],
    anyText: found.some((one) => one.anyText),
  };
}

function impliedTypes(schema: SchemaRecord): readonly SchemaType[] {
  if (['properties', 'required', 'additionalProperties'].some((key) => schema[key] !== undefined)) return ['object'];
  if (['items', 'prefixItems', 'minItems', 'maxItems'].some((key) => schema[key] !== undefined)) return ['array'];
  if (['pattern', 'minLength', 'maxLength', 'format'].some((key) => schema[key] !== undefined)) return ['string'];
  if (['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].some((key) => schema[key] !== undefined))
    return ['number'];
  return anything;
}
