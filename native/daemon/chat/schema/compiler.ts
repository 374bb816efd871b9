import type { JsonSchema, JsonValue } from '../../../protocol/chat.ts';
import { isJsonObject } from '../../../protocol/json-object.ts';
import { arrayExpression } from './array-grammar.ts';
import { anyOf, GrammarRules, literal, sequence } from './gbnf.ts';
import { type JsonRule, jsonRule } from './json-rules.ts';
import {
  asSchema,
  invalid,
  jsonTypes,
  propertiesOf,
  requiredOf,
  resolveReference,
  type SchemaRecord,
  schemasOf,
  type SchemaType,
  typeOf,
  typesOf,
  valuesOf,
  withoutNulls,
} from './keywords.ts';
import { conditional } from './logic/conditions.ts';
import { exclusive } from './logic/exclusive.ts';
import { normalForm } from './logic/normal-form.ts';
import { mayFit } from './logic/value-fit.ts';
import { isEmptySchema, mergeSchemas, withoutKeywords } from './merge.ts';
import { localReferences } from './references.ts';
import { numberExpression } from './numbers/number-grammar.ts';
import { membersExpression } from './objects/member-order.ts';
import { objectExpression } from './objects/object-grammar.ts';
import { all, type Machine, textsMachine } from './text/machine.ts';
import { constraintMachine, textConstraint, textExpression } from './text/text-constraint.ts';

/**
 * Compiles JSON Schema to GBNF. What GBNF cannot express (docs/engine.md lists it) is left out: the grammar then admits
 * more than the schema, never less. A schema that nothing fits is `grammar.invalid`.
 * Owns: references, unions, types. Does not own: objects, arrays, strings, numbers and conditions, each in its file.
 */

/** A schema with more parts than this goes on as free JSON. */
const nodesMax = 4_000;
const nodeWork = 8;
const depthMax = 48;
const lettersMax = 60_000;
/** Schemas that refer to others and say more are known again up to this length. */
const knownMax = 4_000;

/**
 * What a schema leaves unsaid. `open`: as the specification has it, any type and further properties. `closed`: the type
 * that the keywords are about, and only declared properties, for arguments that models would invent.
 */
export type Unsaid = 'open' | 'closed';

/** Where a schema stands: how deep, and which references led here without a character in between. */
export interface Place {
  readonly depth: number;
  readonly head: ReadonlySet<string>;
}

/** The name of a rule for JSON that fits the schema. Throws `grammar.invalid`. */
export function schemaRule(rules: GrammarRules, schema: JsonSchema, hint: string, unsaid: Unsaid = 'closed'): string {
  const root = localReferences(schema);
  const body = new SchemaCompiler(rules, root, unsaid).expression(root, hint, { depth: 0, head: new Set() });
  if (body === undefined) throw invalid(`nothing can fit ${hint}: it contradicts itself.`);
  return rules.add(hint, body);
}

export class SchemaCompiler {
  readonly rules: GrammarRules;
  readonly isClosed: boolean;
  readonly #root: JsonSchema;
  /** By reference, or by the text of a schema that holds one: the rule. */
  readonly #known = new Map<string, string | undefined>();
  #nodes = 0;
  #letters = 0;

  constructor(rules: GrammarRules, root: JsonSchema, unsaid: Unsaid = 'closed') {
    this.rules = rules;
    this.#root = root;
    this.isClosed = unsaid === 'closed';
  }

  /** An expression for the schema; undefined when nothing fits it. */
  expression(given: JsonSchema, hint: string, place: Place): string | undefined {
    const schema = withoutNulls(given);
    if (schema === false) return undefined;
    this.#nodes += 1;
    const tooMuch =
      !this.rules.work.take(nodeWork) || this.#nodes > nodesMax || this.rules.isFull || place.depth > depthMax;
    if (schema === true || tooMuch) return this.#free(schema);
    if (schema['$ref'] !== undefined) return this.#reference(schema, hint, place);
    if (!['allOf', ...conditional].some((keyword) => schema[keyword] !== undefined))
      return this.#plain(schema, hint, place);
    return this.#opened(schema, hint, place);
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

  /** A machine for the texts that fit a schema, as far as it can be told; undefined if any text may. */
  keyMachine(given: JsonValue | undefined): Machine | undefined {
    if (given === undefined) return undefined;
    const { schema } = normalForm(asSchema(given, 'propertyNames'), this.#root, this.rules.work, new Set());
    if (schema === false) return textsMachine([]);
    if (schema === true) return undefined;
    const constraint = constraintMachine(textConstraint(schema));
    const values = valuesOf(schema)?.filter((value) => typeof value === 'string');
    const machines = [...(constraint ? [constraint] : []), ...(values ? [textsMachine(values)] : [])];
    return machines.length === 0 ? undefined : all(machines);
  }

  /** Expressions for the values that a schema lists, each once; undefined if it lists none. */
  listed(given: JsonSchema): string[] | undefined {
    const { schema } = normalForm(given, this.#root, this.rules.work, new Set());
    if (!isJsonObject(schema) || schemasOf(schema, 'anyOf') || schemasOf(schema, 'oneOf')) return undefined;
    const rest = withoutKeywords(schema, ['const', 'enum']);
    const values = valuesOf(schema)?.filter((value) => mayFit(value, rest, this.rules.work));
    return values && [...new Set(values.map((value) => this.#value(value)))];
  }

  #reference(schema: SchemaRecord, hint: string, place: Place): string | undefined {
    const reference = schema['$ref'];
    if (typeof reference !== 'string') throw invalid('$ref must be a text.');
    const siblings = withoutKeywords(schema, ['$ref']);
    const target = resolveReference(this.#root, reference);
    // A schema that is itself, and schemas elsewhere, are not followed.
    if (target === undefined || place.head.has(reference)) {
      return isEmptySchema(siblings) ? this.#free(true) : this.expression(siblings, hint, place);
    }
    const isPure = isEmptySchema(siblings);
    const key = isPure ? reference : `${JSON.stringify(schema)} ${[...place.head].join(' ')}`;
    if (!isPure && key.length > knownMax) return this.#opened(schema, hint, place);
    if (this.#known.has(key)) return this.#known.get(key);
    const name = this.rules.reserve(reference.split('/').at(-1) || hint);
    this.#known.set(key, name);
    const inner = {
      depth: place.depth + 1,
      head: new Set([...place.head, reference]),
    };
    const body = isPure ? this.expression(target, name, inner) : this.#opened(schema, name, place);
    this.rules.define(name, body ?? this.#free(true));
    this.#known.set(key, body === undefined ? undefined : name);
    return body === undefined ? undefined : name;
  }

  /** A schema of which references, `allOf` and conditions have to be put together first. */
  #opened(given: SchemaRecord, hint: string, place: Place): string | undefined {
    const { schema, followed } = normalForm(given, this.#root, this.rules.work, place.head);
    if (schema === false) return undefined;
    if (schema === true) return this.#free(true);
    return this.#plain(withoutKeywords(schema, ['$ref', 'allOf', ...conditional]), hint, {
      depth: place.depth + 1,
      head: followed,
    });
  }

  #plain(schema: JsonSchema, hint: string, place: Place): string | undefined {
    if (!isJsonObject(schema)) return this.expression(schema, hint, place);
    for (const keyword of ['anyOf', 'oneOf']) {
      const alternatives = schemasOf(schema, keyword);
      if (!alternatives) continue;
      // Of `oneOf` the alternatives exclude each other, and with them their names.
      const rest = withoutKeywords(schema, [keyword]);
      const base = keyword === 'anyOf' ? this.#withNames(rest, alternatives) : rest;
      const cases = keyword === 'oneOf' ? exclusive(alternatives, this.#root, this.rules.work) : alternatives;
      return this.#union(cases, base, hint, place);
    }
    const values = valuesOf(schema);
    if (values) return this.#values(values, schema);
    return this.#typed(schema, hint, place);
  }

  /** What the alternatives of a union have in common: in each the names of the others may come, too. */
  #withNames(base: JsonSchema, alternatives: readonly JsonSchema[]): JsonSchema {
    const isTold = isJsonObject(base) && base['unevaluatedProperties'] !== undefined;
    if (!isTold && !this.isClosed) return base;
    if (isTold && !alternatives.every(tellsNames)) return withoutKeywords(base, ['unevaluatedProperties']);
    const names = namesOf(alternatives);
    return names.length === 0 ? base : mergeSchemas(base, { namesElsewhere: names }, this.rules.work);
  }

  #union(alternatives: readonly JsonSchema[], base: JsonSchema, hint: string, place: Place): string | undefined {
    const expressions: string[] = [];
    alternatives.forEach((alternative, at) => {
      const schema = isEmptySchema(base) ? alternative : mergeSchemas(base, alternative, this.rules.work);
      const found = this.expression(schema, `${hint}-${at}`, {
        ...place,
        depth: place.depth + 1,
      });
      if (found !== undefined) expressions.push(found);
    });
    return expressions.length === 0 ? undefined : anyOf(expressions);
  }

  #values(values: readonly JsonValue[], schema: SchemaRecord): string | undefined {
    const rest = withoutKeywords(schema, ['const', 'enum']);
    const fitting = values.filter((value) => mayFit(value, rest, this.rules.work));
    if (fitting.length === 0) return undefined;
    const isSpelled = fitting.every((value) => this.spell(`${JSON.stringify(value)},`));
    if (!isSpelled) return anyOf([...new Set(fitting.map(typeOf))].map((type) => this.#free({ type })));
    return anyOf(fitting.map((value) => this.#value(value)));
  }

  #value(value: JsonValue): string {
    if (typeof value !== 'object' || value === null) return literal(JSON.stringify(value));
    const ws = jsonRule(this.rules, 'ws');
    if (!Array.isArray(value)) return sequence(literal('{'), ws, this.#members(value as SchemaRecord), literal('}'));
    const parts = value.map((one: JsonValue) => this.#value(one));
    if (parts.length === 0) return sequence(literal('['), ws, literal(']'));
    return sequence(literal('['), ws, parts.join(` "," ${ws} `), ws, literal(']'));
  }

  #members(value: SchemaRecord): string {
    const ws = jsonRule(this.rules, 'ws');
    const declared = Object.entries(value).map(([key, one]) => ({
      expression: sequence(literal(`${JSON.stringify(key)}:`), ws, this.#value(one ?? null)),
      required: true,
    }));
    const members = { declared, other: undefined, othersMax: undefined, min: 0, max: Infinity };
    return membersExpression(this.rules, members) ?? '';
  }

  #typed(schema: SchemaRecord, hint: string, place: Place): string | undefined {
    const types = typesOf(schema) ?? (this.isClosed ? impliedTypes(schema) : undefined) ?? anyType;
    if (types === anyType && !isAbout(schema)) return this.#free(true);
    const expressions = types
      .map((type) => this.#ofType(type, schema, hint, place))
      .filter((found) => found !== undefined);
    return expressions.length === 0 ? undefined : anyOf(expressions);
  }

  #ofType(type: SchemaType, schema: SchemaRecord, hint: string, place: Place): string | undefined {
    if (!isAbout(schema, type)) return jsonRule(this.rules, `json-${type}`);
    switch (type) {
      case 'object':
        return objectExpression(this, schema, hint, place);
      case 'array':
        return arrayExpression(this, schema, hint, place);
      case 'string':
        return textExpression(this.rules, schema);
      case 'integer':
      case 'number':
        return numberExpression(this.rules, type, schema);
      case 'boolean':
      case 'null':
        return this.#words(type, schema);
      default:
        return type satisfies never;
    }
  }

  #words(type: 'boolean' | 'null', schema: SchemaRecord): string | undefined {
    const excluded = Array.isArray(schema['notEnum']) ? schema['notEnum'] : [];
    const words = type === 'null' ? [null] : [true, false];
    const left = words.filter((word) => !excluded.includes(word));
    return left.length === 0 ? undefined : anyOf(left.map((word) => literal(String(word))));
  }

  /** Free JSON of the type a schema names. */
  #free(schema: JsonSchema): string {
    const types = isJsonObject(schema) ? typesOf(schema) : undefined;
    return types
      ? anyOf(types.map((type) => jsonRule(this.rules, `json-${type}` satisfies JsonRule)))
      : jsonRule(this.rules, 'json-value');
  }
}

const anyType: readonly SchemaType[] = jsonTypes.filter((type) => type !== 'integer');

/** Keywords that say something of values of one type. */
const keywordsAbout: Readonly<Record<SchemaType, readonly string[]>> = {
  object: [
    'properties',
    'required',
    'additionalProperties',
    'patternProperties',
    'propertyNames',
    'minProperties',
    'maxProperties',
    'unevaluatedProperties',
  ],
  array: [
    'items',
    'prefixItems',
    'minItems',
    'maxItems',
    'additionalItems',
    'contains',
    'uniqueItems',
    'unevaluatedItems',
  ],
  string: ['pattern', 'minLength', 'maxLength', 'format', 'notPattern', 'notEnum'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'notEnum'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'notEnum'],
  boolean: ['notEnum'],
  null: ['notEnum'],
};

/** Whether a schema says more of values of the type, or of any type, than that they may be. */
function isAbout(schema: SchemaRecord, type?: SchemaType): boolean {
  const types = type === undefined ? jsonTypes : [type];
  return types.some((one) => keywordsAbout[one].some((keyword) => schema[keyword] !== undefined));
}

/** The type that the keywords of a schema without one are about. */
function impliedTypes(schema: SchemaRecord): readonly SchemaType[] | undefined {
  const own = (['object', 'array', 'string', 'number'] as const).find((type) =>
    keywordsAbout[type].some((keyword) => keyword !== 'notEnum' && schema[keyword] !== undefined),
  );
  return own === undefined ? undefined : [own];
}

/** Whether the properties that a schema is about all have names. */
function tellsNames(schema: JsonSchema): boolean {
  const untold = ['$ref', 'allOf', 'anyOf', 'oneOf', 'patternProperties', 'additionalProperties', ...conditional];
  return isJsonObject(schema) && !untold.some((keyword) => schema[keyword] !== undefined);
}

/** Names that the alternatives of a union declare or require. */
function namesOf(alternatives: readonly JsonSchema[]): readonly string[] {
  const names = alternatives.flatMap((one) =>
    isJsonObject(one) ? [...propertiesOf(one).keys(), ...requiredOf(one)] : [],
  );
  return [...new Set(names)];
}
