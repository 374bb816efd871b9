import type { JsonSchema, JsonValue, ToolDefinition } from '../../../../protocol/chat.ts';
import { CodedError } from '../../../../protocol/coded-error.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { flattenSchema } from '../../schema/flatten.ts';
import {
  canonicalJson,
  numberOf,
  propertiesOf,
  requiredOf,
  type SchemaRecord,
  schemasOf,
  typeOf,
  typesOf,
  valuesOf,
} from '../../schema/keywords.ts';
import { tupleOf } from '../../schema/merge.ts';
import { SchemaWork } from '../../schema/schema-work.ts';

/** Work for one call. */
const callWork = 20_000;

/**
 * Whether arguments that no grammar held fit a tool's parameters. Looks at what a value is, its bounds and its members;
 * other keywords, and a schema that cannot be read, admit anything.
 */
export function fitsParameters({ parameters }: ToolDefinition, value: JsonValue): boolean {
  try {
    return new ArgumentFit(parameters).fits(parameters, value);
  } catch (error) {
    if (error instanceof CodedError) return true;
    throw error;
  }
}

class ArgumentFit {
  readonly #root: JsonSchema;
  readonly #work = new SchemaWork(callWork);

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  fits(written: JsonSchema, value: JsonValue): boolean {
    if (!this.#work.take(1)) return true;
    const schema = flattenSchema(written, this.#root, this.#work);
    if (!isJsonObject(schema)) return schema;
    const own = typeOf(value);
    const types = typesOf(schema);
    if (types && !types.includes(own) && !(own === 'integer' && types.includes('number'))) return false;
    const values = valuesOf(schema);
    if (values && !values.some((one) => canonicalJson(one) === canonicalJson(value))) return false;
    const alternatives = schemasOf(schema, 'anyOf') ?? schemasOf(schema, 'oneOf');
    if (alternatives?.some((one) => this.fits(one, value)) === false) return false;
    if (Array.isArray(value)) return this.#fitsList(schema, value);
    if (isJsonObject(value)) return this.#fitsObject(schema, value);
    if (typeof value === 'number') return isWithin(schema, value, 'minimum', 'maximum');
    return typeof value !== 'string' || isWithin(schema, [...value].length, 'minLength', 'maxLength');
  }

  #fitsList(schema: SchemaRecord, items: readonly JsonValue[]): boolean {
    const { prefix, rest } = tupleOf(schema);
    return (
      isWithin(schema, items.length, 'minItems', 'maxItems') &&
      items.every((item, at) => this.fits(prefix[at] ?? rest, item))
    );
  }

  #fitsObject(schema: SchemaRecord, value: SchemaRecord): boolean {
    const properties = propertiesOf(schema);
    const others = schema['patternProperties'] === undefined ? schema['additionalProperties'] : undefined;
    return (
      requiredOf(schema).every((key) => Object.hasOwn(value, key)) &&
      Object.entries(value).every(([key, member]) => {
        const declared = properties.get(key);
        if (declared !== undefined) return this.fits(declared, member ?? null);
        return typeof others === 'boolean' || isJsonObject(others) ? this.fits(others, member ?? null) : true;
      })
    );
  }
}

function isWithin(schema: SchemaRecord, value: number, least: string, most: string): boolean {
  return value >= (numberOf(schema, least) ?? -Infinity) && value <= (numberOf(schema, most) ?? Infinity);
}
