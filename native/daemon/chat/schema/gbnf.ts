import { CodedError } from '../../../protocol/coded-error.ts';

/**
 * A GBNF grammar being written: named rules, and small expressions that go into them.
 * Owns: names, quoting, llama.cpp's limits (at most 1999 repetitions of a rule). Does not own: what rules mean.
 */

/** More than this is a hostile or useless schema; the engine walks all rules when it clones a grammar. */
const textLimit = 500_000;
/** llama.cpp writes a repetition out: a rule per optional time. */
const repetitionLimit = 1_000;
const repetitionBudget = 5_000;

export class GrammarRules {
  readonly #rules = new Map<string, string>();
  readonly #names = new Map<string, string>();
  readonly #taken = new Map<string, number>();
  #size = 0;
  #repetitions = 0;

  /** Adds a rule and returns its name; an equal body is written once. `hint` may be any text. */
  add(hint: string, body: string): string {
    const known = this.#names.get(body);
    if (known !== undefined) return known;
    const name = this.reserve(hint);
    this.define(name, body);
    this.#names.set(body, name);
    return name;
  }

  /** A free name for a rule that follows later, for recursive rules. */
  reserve(hint: string): string {
    const plain = hint
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40);
    const base =
      plain === '' || plain === 'root' || plain === 'ws' || plain.startsWith('json-') ? `rule-${plain}` : plain;
    let name = base;
    while (this.#rules.has(name)) {
      const next = (this.#taken.get(base) ?? 1) + 1;
      this.#taken.set(base, next);
      name = `${base}-${next}`;
    }
    this.#rules.set(name, '');
    return name;
  }

  has(name: string): boolean {
    return this.#rules.has(name);
  }

  define(name: string, body: string): void {
    this.#rules.set(name, body);
    this.#size += name.length + body.length + 6;
    if (this.#size > textLimit)
      throw new CodedError('grammar.invalid', 'The schema is too large to become a grammar. Use a smaller one.');
  }

  /**
   * `item` (a rule's name or a character class) min to max times. Where that is more than llama.cpp writes out, or than
   * one grammar may hold, the bound is loosened: the grammar then allows more, never less.
   */
  repeat(item: string, min: number, max: number | undefined): string {
    const allowed = Math.min(repetitionLimit, Math.max(repetitionBudget - this.#repetitions, 1));
    const least = Math.min(min, allowed);
    const most = max !== undefined && max <= allowed ? max : undefined;
    this.#repetitions += most ?? least;
    if (most === 0) return '';
    if (least === 1 && most === 1) return item;
    if (most === undefined && least <= 1) return `${item}${least === 0 ? '*' : '+'}`;
    if (least === 0 && most === 1) return `${item}?`;
    return most === least ? `${item}{${least}}` : `${item}{${least},${most ?? ''}}`;
  }

  get size(): number {
    return this.#size;
  }

  toString(): string {
    return [...this.#rules].map(([name, body]) => `${name} ::= ${body}\n`).join('');
  }
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
