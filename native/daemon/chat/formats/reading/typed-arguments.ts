import type { JsonSchema, ToolDefinition } from '../../../../protocol/chat.ts';
import { parseJson, repairValue } from './argument-repair.ts';
import { typeOf, type SchemaType } from '../../schema/keywords.ts';
import { admittedTypes, schemaObject } from '../tool-schema.ts';

/**
 * Whether newlines directly inside the tags are layout (Qwen) or part of the value (GLM), or the value may stand in a
 * CDATA section of XML (MiniCPM).
 */
export type ValueLayout = 'lines' | 'verbatim' | 'cdata';

/**
 * Makes a JSON object of parameters that a model writes as plain text, each value by its schema: text stays text,
 * anything else is JSON. Text values are passed on while they are being written.
 */
export class TypedArguments {
  #text = '';
  #values = new Map<string, unknown>();
  #key: string | undefined;
  #types: ReadonlySet<SchemaType> | undefined;
  #isJson = false;
  #raw = '';
  #written = 0; // of `raw`, as part of the JSON text
  #repeated = false;
  readonly #layout: ValueLayout;
  readonly #schemas: ReadonlyMap<string, JsonSchema>;

  constructor(tool: ToolDefinition | undefined, layout: ValueLayout) {
    this.#schemas = tool ? schemaObject(tool.parameters).properties : new Map();
    this.#layout = layout;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  /** Whether a key was given twice. */
  get repeated(): boolean {
    return this.#repeated;
  }

  declares(key: string): boolean {
    return this.#schemas.has(key);
  }

  /** Begins a value; returns the JSON text that this adds. `written`: the model said that it is text, or JSON. */
  open(key: string, written?: 'text' | 'json'): string {
    this.#key = key;
    this.#types = admittedTypes(this.#schemas.get(key));
    this.#isJson = written === 'json';
    // What has no type is text, unless the model says that it wrote JSON.
    if (this.#types === undefined && !this.#isJson) this.#types = textOnly;
    if (written === 'text' && this.#types?.has('string') !== false) this.#types = textOnly;
    this.#raw = '';
    this.#written = 0;
    this.#repeated ||= this.#values.has(key);
    return this.#isText() ? this.#add(`${this.#separator()}${JSON.stringify(key)}: "`) : '';
  }

  /** Continues the value; returns the JSON text that is final now. */
  append(text: string): string {
    this.#raw += text;
    if (!this.#isText()) return '';
    const from = this.#layout === 'lines' && this.#raw.startsWith('\n') ? 1 : 0;
    // The last newline may be layout, and half of a surrogate pair is not a character.
    const held = /\r?\n?$/.exec(this.#raw)?.[0].length ?? 0;
    let end = this.#raw.length - (this.#layout === 'lines' ? held : 0);
    if (/[\uD800-\uDBFF]$/.test(this.#raw.slice(0, end))) end -= 1;
    const start = Math.max(this.#written, from);
    if (end <= start) return '';
    this.#written = end;
    return this.#add(JSON.stringify(this.#raw.slice(start, end)).slice(1, -1));
  }

  /** Ends the value; returns the rest of its JSON text. */
  close(): string {
    const key = this.#key;
    if (key === undefined) return '';
    const raw = withoutLayout(this.#raw, this.#layout);
    const { value, written } = convertText(raw, this.#types, this.#isJson);
    this.#values.set(key, value);
    this.#key = undefined;
    if (!this.#isText())
      return this.#add(`${this.#separator(1)}${JSON.stringify(key)}: ${written ?? JSON.stringify(value)}`);
    const dropped = this.#layout === 'lines' && this.#raw.startsWith('\n') ? 1 : 0;
    return this.#add(`${JSON.stringify(raw.slice(Math.max(0, this.#written - dropped))).slice(1, -1)}"`);
  }

  /** The whole object as JSON text. Of two values for a key the last counts. */
  finish(): string {
    if (this.#repeated) return JSON.stringify(Object.fromEntries(this.#values));
    return this.#text === '' ? '{}' : `${this.#text}}`;
  }

  #isText(): boolean {
    return this.#layout !== 'cdata' && this.#types?.size === 1 && this.#types.has('string');
  }

  #separator(behind = 0): string {
    return this.#values.size - behind > 0 || this.#text !== '' ? ', ' : '{';
  }

  #add(text: string): string {
    this.#text += text;
    return text;
  }
}

function withoutLayout(raw: string, layout: ValueLayout): string {
  if (layout === 'lines') return raw.replace(/^\n/, '').replace(/\r?\n$/, '');
  return layout === 'cdata' ? (/^\s*<!\[CDATA\[([\s\S]*?)(?:\]\]>\s*)?$/.exec(raw)?.[1] ?? raw) : raw;
}

const textOnly: ReadonlySet<SchemaType> = new Set(['string']);

/**
 * A value by the types its schema admits; what fits none of them stays text, for the tool to refuse, and so does what
 * has no type. Quotes belong to a text, unless the model said that it `isJson`. JSON stays as it was `written`: numbers
 * may have more digits than JavaScript keeps.
 */
export function convertText(
  raw: string,
  types: ReadonlySet<SchemaType> | undefined,
  isJson = false,
): { readonly value: unknown; readonly written?: string } {
  if (types === undefined ? !isJson : types.size === 1 && types.has('string')) return { value: raw };
  const trimmed = raw.trim();
  const parsed = parseJson(trimmed);
  if (parsed && (isJson || typeof parsed.value !== 'string') && admits(types, parsed.value))
    return { value: parsed.value, written: trimmed };
  const literal = pythonLiteral(trimmed);
  if (literal && admits(types, literal.value)) return literal;
  if (types?.has('string') !== false && types !== undefined) return { value: raw };
  if (/^[[{]/.test(trimmed) && (types === undefined || types.has('object') || types.has('array'))) {
    const repaired = repairValue(trimmed);
    if (repaired && typeof repaired.value === 'object' && admits(types, repaired.value)) return repaired;
  }
  return { value: raw };
}

function admits(types: ReadonlySet<SchemaType> | undefined, value: unknown): boolean {
  const type = typeOf(value);
  if (types === undefined) return true;
  return types.has(type) || (type === 'integer' && types.has('number'));
}

function pythonLiteral(text: string): { readonly value: unknown } | undefined {
  if (/^true$/i.test(text)) return { value: true };
  if (/^false$/i.test(text)) return { value: false };
  return /^(?:none|null)$/i.test(text) ? { value: null } : undefined;
}
