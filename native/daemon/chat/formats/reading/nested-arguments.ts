import type { JsonSchema, ToolDefinition } from '../../../../protocol/chat.ts';
import { isJsonObject } from '../../../../protocol/json-object.ts';
import { flattenSchema } from '../../schema/flatten.ts';
import { propertiesOf, type SchemaRecord, schemasOf, type SchemaType } from '../../schema/keywords.ts';
import { tupleOf } from '../../schema/merge.ts';
import { SchemaWork } from '../../schema/schema-work.ts';
import { admittedTypes } from '../tool-schema.ts';
import { convertText } from './typed-arguments.ts';

/** Work for the schema of one argument. */
const argumentWork = 2_000;
/** The tag of a list's items. */
const item = 'item';

interface Place {
  readonly tag: string;
  readonly schema: JsonSchema | undefined;
  /** What stands in it: not known before its content. A list and an object count their members. */
  holds: 'nothing' | 'text' | 'object' | 'list';
  members: number;
  text: string;
}

/**
 * Makes the text of a JSON object of arguments whose parts stand in tags inside each other, each by its schema. Text is
 * passed on while it is being written where the schema admits nothing else.
 */
export class NestedArguments {
  readonly #root: JsonSchema;
  readonly #work = new SchemaWork(argumentWork);
  readonly #places: Place[];
  #json = '{';
  #half = ''; // the first half of a character of two units

  constructor(tool: ToolDefinition | undefined) {
    this.#root = tool?.parameters ?? true;
    this.#places = [{ tag: '', schema: this.#flat(this.#root), holds: 'object', members: 0, text: '' }];
  }

  /** All JSON text so far. */
  get json(): string {
    return this.#json;
  }

  /** Whether an argument is open. */
  get isOpen(): boolean {
    return this.#places.length > 1;
  }

  /** Whether the innermost open part can only be text, so that tags in it are content. */
  get holdsOnlyText(): boolean {
    return isText(this.#types(this.#inner));
  }

  /** The tags that are open, the innermost first. */
  get openTags(): readonly string[] {
    return this.#places
      .slice(1)
      .map(({ tag }) => tag)
      .reverse();
  }

  open(tag: string): void {
    const around = this.#inner;
    if (around.holds === 'nothing' || around.holds === 'text') {
      around.holds = this.#isList(around, tag) ? 'list' : 'object';
      around.text = '';
      this.#json += around.holds === 'list' ? '[' : '{';
    }
    if (around.members > 0) this.#json += ', ';
    around.members += 1;
    if (around.holds === 'object') this.#json += `${JSON.stringify(tag)}: `;
    const schema =
      around.holds === 'list' ? this.#itemOf(around.schema, around.members - 1) : this.#memberOf(around.schema, tag);
    this.#places.push({ tag, schema, holds: 'nothing', members: 0, text: '' });
    if (this.holdsOnlyText) this.#json += '"';
  }

  /** Continues the innermost open part; false where text has no place. */
  append(text: string): boolean {
    const place = this.#inner;
    if (!this.isOpen || place.holds === 'object' || place.holds === 'list') return false;
    if (this.holdsOnlyText) {
      const whole = this.#half + text;
      this.#half = /[\uD800-\uDBFF]$/.exec(whole)?.[0] ?? '';
      this.#json += quoted(whole.slice(0, whole.length - this.#half.length));
    } else {
      place.text += text;
      if (place.text.trim() !== '') place.holds = 'text';
    }
    return true;
  }

  /** Ends the innermost open part. */
  close(): void {
    if (!this.isOpen) return;
    const place = this.#inner;
    if (this.holdsOnlyText) {
      this.#json += `${quoted(this.#half)}"`;
      this.#half = '';
    } else if (place.holds === 'list') this.#json += ']';
    else if (place.holds === 'object') this.#json += '}';
    else this.#json += this.#scalar(place);
    this.#places.pop();
  }

  /** Ends all; returns the whole text. */
  finish(): string {
    while (this.isOpen) this.close();
    this.#json += '}';
    return this.#json;
  }

  get #inner(): Place {
    return this.#places.at(-1) as Place;
  }

  #scalar({ text, schema }: Place): string {
    const types = admittedTypes(schema);
    if (text.trim() === '' && types?.has('string') !== true) {
      if (types?.has('array')) return '[]';
      if (types?.has('object')) return '{}';
    }
    // In an argument whose parts are not described, only the argument itself would be text.
    const isJson = this.#places.length > 2 && !text.trimStart().startsWith('"');
    const { value, written } = convertText(text, types, isJson);
    return written ?? JSON.stringify(value);
  }

  #types({ schema }: Place): ReadonlySet<SchemaType> | undefined {
    return this.isOpen ? admittedTypes(schema) : undefined;
  }

  #isList({ schema }: Place, tag: string): boolean {
    if (tag !== item) return false;
    const types = admittedTypes(schema);
    return (
      types?.has('array') === true || (types?.has('object') !== true && this.#memberOf(schema, item) === undefined)
    );
  }

  #flat(schema: JsonSchema): JsonSchema {
    return flattenSchema(schema, this.#root, this.#work);
  }

  /** The schema of a member, also where only one of several alternatives has it. */
  #memberOf(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
    return this.#first(schema, (one) => {
      const found = propertiesOf(one).get(key);
      return found === undefined ? undefined : this.#flat(found);
    });
  }

  #itemOf(schema: JsonSchema | undefined, at: number): JsonSchema | undefined {
    return this.#first(schema, (one) => {
      const { prefix, rest } = tupleOf(one);
      return this.#flat(prefix[at] ?? rest);
    });
  }

  #first(schema: JsonSchema | undefined, find: (one: SchemaRecord) => JsonSchema | undefined): JsonSchema | undefined {
    if (!isJsonObject(schema)) return undefined;
    const alternatives = schemasOf(schema, 'anyOf') ?? schemasOf(schema, 'oneOf') ?? [];
    for (const one of [schema, ...alternatives]) {
      const found = isJsonObject(one) ? find(one) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function isText(types: ReadonlySet<SchemaType> | undefined): boolean {
  return types?.size === 1 && types.has('string');
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
