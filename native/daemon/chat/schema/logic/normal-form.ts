import type { JsonSchema } from '../../../../protocol/chat.ts';
import { resolveReference, schemasOf, type SchemaRecord, withoutNulls } from '../keywords.ts';
import { mergeAll, withoutKeywords } from '../merge.ts';
import type { SchemaWork } from '../schema-work.ts';
import { conditional, conditionsOf } from './conditions.ts';

const depthMax = 24;

/** A schema without `$ref`, `allOf` and conditions at its top, and the references that were followed for it. */
export interface NormalForm {
  readonly schema: JsonSchema;
  readonly followed: ReadonlySet<string>;
}

/**
 * Puts together all that a schema says of one value: what it refers to, what must fit as well, what depends on
 * something. Properties stay in the order in which they are met. `head` are references that led here: they are not
 * followed again. Throws `grammar.invalid`.
 */
export function normalForm(
  schema: JsonSchema,
  root: JsonSchema,
  work: SchemaWork,
  head: ReadonlySet<string>,
): NormalForm {
  const followed = new Set(head);
  return {
    schema: new Normaliser(root, work, followed).open(schema, depthMax),
    followed,
  };
}

class Normaliser {
  readonly #root: JsonSchema;
  readonly #work: SchemaWork;
  readonly #followed: Set<string>;

  constructor(root: JsonSchema, work: SchemaWork, followed: Set<string>) {
    this.#root = root;
    this.#work = work;
    this.#followed = followed;
  }

  open(given: JsonSchema, depth: number): JsonSchema {
    const schema = withoutNulls(given);
    if (typeof schema === 'boolean' || depth === 0 || !this.#work.take(1)) return schema;
    const all = schemasOf(schema, 'allOf');
    const reference = schema['$ref'];
    const target = typeof reference === 'string' ? this.#follow(reference) : undefined;
    const conditions = conditionsOf(schema, this.#root, this.#work);
    if (!all && reference === undefined && conditions.length === 0) return withoutConditions(schema);
    const own = withoutKeywords(schema, ['$ref', 'allOf', ...conditional]);
    const referred = target === undefined ? [] : [target];
    const parts: JsonSchema[] = [];
    for (const keyword of Object.keys(schema)) {
      if (keyword === '$ref') parts.push(...referred);
      else if (keyword === 'allOf') parts.push(...(all ?? []));
      else if (!parts.includes(own)) parts.push(own);
    }
    return mergeAll(
      [...parts, ...conditions].map((part) => (part === own ? own : this.open(part, depth - 1))),
      true,
      this.#work,
    );
  }

  /** What is meant; undefined for a schema elsewhere and for one that is being followed. */
  #follow(reference: string): JsonSchema | undefined {
    if (this.#followed.has(reference)) return undefined;
    const target = resolveReference(this.#root, reference);
    if (target !== undefined) this.#followed.add(reference);
    return target;
  }
}

function withoutConditions(schema: SchemaRecord): JsonSchema {
  return conditional.some((keyword) => schema[keyword] !== undefined) ? withoutKeywords(schema, conditional) : schema;
}
