import type { JsonSchema, JsonValue } from '../../../protocol/chat.ts';
import { isJsonObject, type JsonObject } from '../../../protocol/json-object.ts';

/** Of a schema with more parts than this, references are followed as they are written. */
const partsMax = 60_000;
const depthMax = 100;
/** The address of a schema that gives itself none. */
const unnamed = 'schema:/schema';
/** Keywords that hold values, not schemas. */
const values = new Set(['enum', 'const', 'default', 'examples', 'example']);
const naming = ['$anchor', '$dynamicAnchor', '$dynamicRef', '$recursiveRef'];

/**
 * A schema that says the same, in which a reference to a part of it is written as the way there from its root
 * (`#/$defs/name`): also one that was written by the part's own `$id` or `$anchor`. Other references stay as they are.
 */
export function localReferences(root: JsonSchema): JsonSchema {
  if (!isJsonObject(root)) return root;
  const parts = new SchemaParts(root);
  return parts.areNamed ? (parts.rewritten(root) as JsonSchema) : root;
}

/** What parts of a schema are called, and where they are. */
class SchemaParts {
  /** By address, with the fragment for an anchor: the way from the root. */
  readonly #ways = new Map<string, string>();
  readonly #dynamic = new Map<string, string[]>();
  readonly #idKeyword: '$id' | 'id';
  #left = partsMax;
  #isNamed = false;
  #isOneDocument = true;

  constructor(root: JsonObject) {
    const dialect = root['$schema'];
    this.#idKeyword = typeof dialect === 'string' && /draft-0[34]/.test(dialect) ? 'id' : '$id';
    this.#ways.set(unnamed, '');
    this.#collect(root, unnamed, '');
  }

  /** Whether references may be written in another way than from the root. */
  get areNamed(): boolean {
    return this.#isNamed && this.#left > 0;
  }

  rewritten(value: JsonValue | undefined, base = unnamed): JsonValue {
    if (Array.isArray(value)) return value.map((one: JsonValue) => this.rewritten(one, base));
    if (!isJsonObject(value)) return value ?? null;
    const own = this.#addressOf(value, base);
    const entries = Object.entries(value).map(([key, one]) => [
      key,
      values.has(key) ? one : this.#rewrittenKeyword(key, one, own),
    ]);
    const { $dynamicRef, $recursiveRef, ...rest } = Object.fromEntries(entries) as Record<string, JsonValue>;
    const dynamic = $dynamicRef ?? $recursiveRef;
    const way = typeof dynamic === 'string' ? this.#dynamicWay(dynamic, own) : undefined;
    const followed: JsonObject = way === undefined || '$ref' in rest ? rest : { $ref: `#${way}`, ...rest };
    const reference = followed['$ref'];
    const isFollowed = (dynamic === undefined || way !== undefined) && !isForeign(reference);
    const isWhole = isFollowed || followed['unevaluatedProperties'] === undefined;
    // What a schema elsewhere says of properties is not known: none of them is one too many.
    return isWhole ? followed : { ...followed, unevaluatedProperties: true };
  }

  #rewrittenKeyword(key: string, value: JsonValue | undefined, base: string): JsonValue {
    if (key !== '$ref' || typeof value !== 'string') return this.rewritten(value, base);
    const way = this.#way(value, base);
    return way === undefined ? value : `#${way}`;
  }

  #collect(value: JsonValue | undefined, base: string, way: string, depth = 0): void {
    this.#left -= 1;
    if (this.#left <= 0 || depth > depthMax || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const [at, one] of value.entries()) this.#collect(one as JsonValue, base, `${way}/${at}`, depth + 1);
      return;
    }
    if (!isJsonObject(value)) return;
    const own = this.#name(value, base, way);
    for (const [key, one] of Object.entries(value))
      if (!values.has(key)) this.#collect(one, own, `${way}/${step(key)}`, depth + 1);
  }

  #name(schema: JsonObject, base: string, way: string): string {
    const own = this.#addressOf(schema, base);
    if (own !== base) {
      this.#isNamed = true;
      if (way !== '') this.#isOneDocument = false;
      this.#ways.set(own, way);
    }
    const reference = schema['$ref'];
    if (typeof reference === 'string' && !/^#(\/|$)/.test(reference)) this.#isNamed = true;
    const id = schema[this.#idKeyword];
    const anchors = [schema['$anchor'], schema['$dynamicAnchor']];
    if (typeof id === 'string' && /^#[^/]/.test(id)) anchors.push(id.slice(1));
    for (const anchor of anchors) if (typeof anchor === 'string') this.#ways.set(`${own}#${anchor}`, way);
    const dynamic = schema['$dynamicAnchor'];
    if (typeof dynamic === 'string') this.#dynamic.set(dynamic, [...(this.#dynamic.get(dynamic) ?? []), way]);
    if (naming.some((keyword) => typeof schema[keyword] === 'string')) this.#isNamed = true;
    return own;
  }

  /** The address of a part: its own, or that of the part it lies in. */
  #addressOf(schema: JsonObject, base: string): string {
    const id = schema[this.#idKeyword];
    if (typeof id !== 'string' || id.startsWith('#')) return base;
    return resolved(id, base)?.replace(/#.*$/, '') ?? base;
  }

  /** The way to what a reference means; undefined if it is no part of this schema. */
  #way(reference: string, base: string): string | undefined {
    const address = resolved(reference, base);
    if (address === undefined) return undefined;
    const at = address.indexOf('#');
    const [document, fragment] = at === -1 ? [address, ''] : [address.slice(0, at), address.slice(at + 1)];
    const start = this.#ways.get(document);
    if (start === undefined) return undefined;
    if (fragment === '') return start;
    return fragment.startsWith('/') ? start + fragment : this.#ways.get(`${document}#${fragment}`);
  }

  /** What is meant depends on how one came there, where there are several documents or parts of that name. */
  #dynamicWay(reference: string, base: string): string | undefined {
    if (!this.#isOneDocument) return undefined;
    const named = this.#dynamic.get(reference.slice(1));
    if (reference.startsWith('#') && named !== undefined) return named.length === 1 ? named[0] : undefined;
    return this.#way(reference, base);
  }
}

function isForeign(reference: JsonValue | undefined): boolean {
  return typeof reference === 'string' && !reference.startsWith('#');
}

function step(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function resolved(reference: string, base: string): string | undefined {
  return URL.canParse(reference, base) ? new URL(reference, base).href : undefined;
}
