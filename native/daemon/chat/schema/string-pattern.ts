import { anyOf, type GrammarRules, repeat, sequence } from './gbnf.ts';
import { type CharacterSet, characterExpression } from './character-set.ts';
import { jsonRule } from './json-rules.ts';

/** Not covered: lookaround, references, word boundaries, properties, anchors inside. They leave the string free. */
class Unsupported extends Error {}

type Ranges = CharacterSet['ranges'];

const digit: Ranges = [[0x30, 0x39]];
const word: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const space: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x2028, 0x2029],
  [0xfeff, 0xfeff],
];
const classes: Readonly<Record<string, CharacterSet>> = {
  d: { negated: false, ranges: digit },
  D: { negated: true, ranges: digit },
  w: { negated: false, ranges: word },
  W: { negated: true, ranges: word },
  s: { negated: false, ranges: space },
  S: { negated: true, ranges: space },
};
const controls: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };
const depthMax = 40;
/**
 * Counts around counts: as many places may have to be followed at once. Where there would be more, the outer count is
 * left out, and the grammar allows more.
 */
const countsMax = 1_000;

/**
 * An expression for the inside of a JSON string that a regular expression (ECMAScript, as JSON Schema has it) matches.
 * Undefined for patterns that GBNF cannot express.
 */
export function patternExpression(rules: GrammarRules, pattern: string): string | undefined {
  if (pattern.length > 2_000) return undefined;
  try {
    return new PatternReader(rules, [...pattern]).read();
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

class PatternReader {
  #at = 0;
  #depth = 0;
  #counts = 1; // in what was read last, those around each other multiplied
  readonly #rules: GrammarRules;
  readonly #pattern: readonly string[];

  constructor(rules: GrammarRules, pattern: readonly string[]) {
    this.#rules = rules;
    this.#pattern = pattern;
  }

  read(): string {
    const any = `${jsonRule(this.#rules, 'json-char')}*`;
    const alternatives: string[] = [];
    do {
      const before = this.#skip('^') ? '' : any;
      const middle = this.#readSequence();
      alternatives.push(sequence(before, middle, this.#skip('$') ? '' : any) || '""');
    } while (this.#skip('|'));
    if (this.#at < this.#pattern.length) throw new Unsupported();
    return anyOf(alternatives);
  }

  #readAlternatives(): string {
    const alternatives: string[] = [];
    let counts = 1;
    do {
      alternatives.push(this.#readSequence() || '""');
      counts = Math.max(counts, this.#counts);
    } while (this.#skip('|'));
    this.#counts = counts;
    return anyOf(alternatives);
  }

  #readSequence(): string {
    const parts: string[] = [];
    let counts = 1;
    for (;;) {
      const next = this.#peek();
      if (next === undefined || next === '|' || next === ')') break;
      if (next === '$' && (this.#peek(1) === undefined || this.#peek(1) === '|') && this.#depth === 0) break;
      parts.push(this.#readQuantified());
      counts = Math.max(counts, this.#counts);
    }
    this.#counts = counts;
    return sequence(...parts);
  }

  #readQuantified(): string {
    this.#counts = 1;
    const atom = this.#readAtom();
    const inner = this.#counts;
    const [min, max] = this.#readQuantifier();
    if (min === 1 && max === 1) return atom;
    const item = this.#rules.add('pattern', atom);
    const counts = inner * Math.max(min, max ?? 1, 1);
    if (inner > 1 && counts > countsMax) return repeat(item, Math.min(min, 1), undefined);
    this.#counts = counts;
    return repeat(item, min, max);
  }

  #readQuantifier(): [number, number | undefined] {
    const bounds = this.#readBounds();
    if (bounds) this.#skip('?'); // lazy or greedy: the same strings
    return bounds ?? [1, 1];
  }

  #readBounds(): [number, number | undefined] | undefined {
    if (this.#skip('*')) return [0, undefined];
    if (this.#skip('+')) return [1, undefined];
    if (this.#skip('?')) return [0, 1];
    const match = /^\{(\d{1,6})(,(\d{1,6})?)?\}/.exec(this.#pattern.slice(this.#at, this.#at + 16).join(''));
    if (!match) return undefined;
    this.#at += match[0].length;
    const min = Number(match[1]);
    const open = match[3] === undefined ? undefined : Number(match[3]);
    const max = match[2] === undefined ? min : open;
    if (max !== undefined && max < min) throw new Unsupported();
    return [min, max];
  }

  #readAtom(): string {
    const character = this.#next();
    if (character === '(') return this.#readGroup();
    if (character === '[') return expression(this.#readClass());
    if (character === '.')
      return expression({
        negated: true,
        ranges: [
          [0x0a, 0x0a],
          [0x0d, 0x0d],
          [0x2028, 0x2029],
        ],
      });
    if (character === '\\') return expression(this.#readEscape());
    if ('^$*+?{'.includes(character)) throw new Unsupported();
    return expression(single(character));
  }

  #readGroup(): string {
    if (this.#skip('?')) {
      if (this.#skip('<')) {
        if (this.#peek() === '=' || this.#peek() === '!') throw new Unsupported();
        while (this.#next() !== '>') continue;
      } else if (!this.#skip(':')) throw new Unsupported();
    }
    this.#depth += 1;
    if (this.#depth > depthMax) throw new Unsupported();
    const inner = this.#readAlternatives();
    this.#depth -= 1;
    if (!this.#skip(')')) throw new Unsupported();
    return `(${inner})`;
  }

  #readClass(): CharacterSet {
    const negated = this.#skip('^');
    const ranges: (readonly [number, number])[] = [];
    while (!this.#skip(']')) {
      const low = this.#readClassMember();
      if (typeof low === 'number' && this.#peek() === '-' && this.#peek(1) !== ']') {
        this.#next();
        const high = this.#readClassMember();
        if (typeof high !== 'number' || high < low) throw new Unsupported();
        ranges.push([low, high]);
      } else if (typeof low === 'number') ranges.push([low, low]);
      else if (low.negated) throw new Unsupported();
      else ranges.push(...low.ranges);
    }
    if (ranges.length === 0) throw new Unsupported();
    return { negated, ranges };
  }

  #readClassMember(): number | CharacterSet {
    const character = this.#next();
    if (character !== '\\') return code(character);
    if (this.#skip('b')) return 8;
    const set = this.#readEscape();
    const [range] = set.ranges;
    return !set.negated && set.ranges.length === 1 && range && range[0] === range[1] ? range[0] : set;
  }

  #readEscape(): CharacterSet {
    const character = this.#next();
    const known = classes[character];
    if (known) return known;
    const control = controls[character];
    if (control !== undefined) return { negated: false, ranges: [[control, control]] };
    if (character === 'x') return this.#readHex(2);
    if (character === 'u') return this.#readHex(4);
    if (/[A-Za-z0-9]/.test(character)) throw new Unsupported();
    return single(character);
  }

  #readHex(length: number): CharacterSet {
    const text = this.#pattern.slice(this.#at, this.#at + length).join('');
    if (!new RegExp(`^[0-9a-fA-F]{${length}}$`).test(text)) throw new Unsupported();
    this.#at += length;
    const value = Number.parseInt(text, 16);
    if (value >= 0xd800 && value <= 0xdfff) throw new Unsupported();
    return { negated: false, ranges: [[value, value]] };
  }

  #peek(ahead = 0): string | undefined {
    return this.#pattern[this.#at + ahead];
  }

  #next(): string {
    const character = this.#peek();
    if (character === undefined) throw new Unsupported();
    this.#at += 1;
    return character;
  }

  #skip(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }
}

function expression(set: CharacterSet): string {
  const found = characterExpression(set);
  if (found === undefined) throw new Unsupported();
  return found;
}

function single(character: string): CharacterSet {
  return { negated: false, ranges: [[code(character), code(character)]] };
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}
