import { CodedError } from '../../../protocol/coded-error.ts';
import { SchemaWork } from './schema-work.ts';

/**
 * A GBNF grammar being written: named rules, and small expressions that go into them.
 * Owns: names, quoting, the size. Does not own: what rules mean.
 */

/** More than this is a hostile or useless schema. */
const textLimit = 800_000;
/** From here on schemas are written loosely, so that what remains still fits. */
const looseFrom = 300_000;

/** Names of rules are short: a grammar holds each many times. */
const nameMax = 16;
/** Rules for properties in any order: enough for some dozens of objects. */
const ordersMax = 1_500;

export class GrammarRules {
  readonly #rules = new Map<string, string>();
  readonly #names = new Map<string, string>();
  /** Names of rules, and bodies with a name, in the order they came. */
  readonly #made: string[] = [];
  readonly #shared: string[] = [];
  readonly #taken = new Map<string, number>();
  /** For the log: what could not be written as it was meant. */
  readonly notes: string[] = [];
  readonly work = new SchemaWork();
  /** Rules that may still be written for properties in any order. */
  readonly orders = new SchemaWork(ordersMax);
  #size = 0;

  /** Adds a rule and returns its name; an equal body is written once. `hint` may be any text. */
  add(hint: string, body: string): string {
    const known = this.#names.get(body);
    if (known !== undefined) return known;
    const name = this.reserve(hint);
    this.define(name, body);
    this.#names.set(body, name);
    this.#shared.push(body);
    return name;
  }

  /** The result of `write`, which is called at the first use of `key` only. */
  once(key: string, write: () => string): string {
    const known = this.#names.get(`\0${key}`);
    if (known !== undefined) return known;
    const name = write();
    this.#names.set(`\0${key}`, name);
    this.#shared.push(`\0${key}`);
    return name;
  }

  /** A free name for a rule that follows later, for recursive rules. */
  reserve(hint: string): string {
    const plain = hint
      .replace(/[^A-Za-z0-9]+/g, '-')
      .slice(-nameMax)
      .replace(/^-+|-+$/g, '');
    const base =
      plain === '' || plain === 'root' || plain === 'ws' || plain.startsWith('json-') ? `rule-${plain}` : plain;
    let name = base;
    while (this.#rules.has(name)) {
      const next = (this.#taken.get(base) ?? 1) + 1;
      this.#taken.set(base, next);
      name = `${base}-${next}`;
    }
    this.#set(name, '');
    return name;
  }

  has(name: string): boolean {
    return this.#rules.has(name);
  }

  define(name: string, body: string): void {
    this.#set(name, body);
    this.#size += name.length + body.length + 6;
    if (this.#size > textLimit)
      throw new CodedError('grammar.invalid', 'The schema is too large to become a grammar. Use a smaller one.');
  }

  /** The result of `write`; where it throws, its rules are taken back before the error goes on. */
  attempt(write: () => string): string {
    const [made, shared, size] = [this.#made.length, this.#shared.length, this.#size];
    try {
      return write();
    } catch (error) {
      for (const name of this.#made.splice(made)) this.#rules.delete(name);
      for (const body of this.#shared.splice(shared)) this.#names.delete(body);
      this.#size = size;
      throw error;
    }
  }

  /** Whether what is added should be as short as can be. */
  get isFull(): boolean {
    return this.#size > looseFrom || this.work.isSpent;
  }

  get size(): number {
    return this.#size;
  }

  #set(name: string, body: string): void {
    if (!this.#rules.has(name)) this.#made.push(name);
    this.#rules.set(name, body);
  }

  toString(): string {
    return [...this.#rules].map(([name, body]) => `${name} ::= ${body}\n`).join('');
  }
}

/** `item` (a rule's name or a character class) min to max times. */
export function repeat(item: string, min: number, max: number | undefined): string {
  if (max === 0) return '';
  if (min === 1 && max === 1) return item;
  if (max === undefined && min <= 1) return `${item}${min === 0 ? '*' : '+'}`;
  if (min === 0 && max === 1) return `${item}?`;
  return max === min ? `${item}{${min}}` : `${item}{${min},${max ?? ''}}`;
}

/** A quoted literal. */
export function literal(text: string): string {
  let quoted = '';
  for (const character of text) quoted += escaped(character, '"');
  return `"${quoted}"`;
}

/** Characters as they stand inside `[...]`. */
export function classText(characters: Iterable<string>): string {
  let text = '';
  for (const character of characters) text += escaped(character, '[]^-');
  return text;
}

/** Alternatives, in parentheses where there are several. */
export function anyOf(alternatives: readonly string[]): string {
  const distinct = [...new Set(alternatives)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `(${distinct.join(' | ')})`;
}

/** Parts in order; empty ones are left out. */
export function sequence(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function escaped(character: string, special: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  if (character === '\\') return '\\\\';
  if (character === '^') return special.includes('^') ? '\\x5E' : '^';
  if (special.includes(character)) return `\\${character}`;
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0').toUpperCase()}`;
  // A lone surrogate has no UTF-8: nothing can match it, as nothing can write it.
  if (code >= 0xd800 && code <= 0xdfff) return '\\uFFFD';
  return character;
}
