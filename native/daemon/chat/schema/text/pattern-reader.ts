import { type CharacterSet, complementOf, unionOf } from './character-set.ts';
import type { Pattern } from './pattern-tree.ts';
import { propertySet } from './unicode-property.ts';

/** Not covered: lookbehind, references, word boundaries. */
class Unsupported extends Error {}

const word: CharacterSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const space: CharacterSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const lineEnds: CharacterSet = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
const classes: Readonly<Record<string, CharacterSet>> = {
  d: [[0x30, 0x39]],
  w: word,
  s: space,
};
const controls: Readonly<Record<string, number>> = {
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '0': 0,
};
const depthMax = 40;
const lengthMax = 5_000;

/** Reads a regular expression (ECMAScript, as JSON Schema has it). Undefined for what is not covered. */
export function readPattern(source: string): Pattern | undefined {
  if (source.length > lengthMax) return undefined;
  try {
    return new PatternReader([...source]).read();
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

class PatternReader {
  #at = 0;
  #depth = 0;
  readonly #pattern: readonly string[];

  constructor(pattern: readonly string[]) {
    this.#pattern = pattern;
  }

  read(): Pattern {
    const pattern = this.#readAlternatives();
    if (this.#at < this.#pattern.length) throw new Unsupported();
    return pattern;
  }

  #readAlternatives(): Pattern {
    const parts: Pattern[] = [];
    do parts.push(this.#readSequence());
    while (this.#skip('|'));
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: 'choice', parts };
  }

  #readSequence(): Pattern {
    const parts: Pattern[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek())
      parts.push(this.#readQuantified());
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: 'sequence', parts };
  }

  #readQuantified(): Pattern {
    const part = this.#readAtom();
    const bounds = this.#readBounds();
    if (!bounds) return part;
    this.#skip('?'); // lazy or greedy: the same strings
    const [min, max] = bounds;
    if (max !== undefined && max < min) throw new Unsupported();
    if (['start', 'end', 'ahead'].includes(part.kind)) throw new Unsupported();
    return { kind: 'repeat', part, min, max };
  }

  #readBounds(): [number, number | undefined] | undefined {
    if (this.#skip('*')) return [0, undefined];
    if (this.#skip('+')) return [1, undefined];
    if (this.#skip('?')) return [0, 1];
    if (this.#peek() !== '{') return undefined;
    const match = /^\{(\d{1,6})(,(\d{1,6})?)?\}/.exec(this.#pattern.slice(this.#at, this.#at + 16).join(''));
    if (!match) return undefined;
    this.#at += match[0].length;
    const min = Number(match[1]);
    const open = match[3] === undefined ? undefined : Number(match[3]);
    return [min, match[2] === undefined ? min : open];
  }

  #readAtom(): Pattern {
    const character = this.#next();
    switch (character) {
      case '(':
        return this.#readGroup();
      case '[':
        return { kind: 'set', set: this.#readClass() };
      case '.':
        return { kind: 'set', set: complementOf(lineEnds) };
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '\\':
        return { kind: 'set', set: this.#readEscape() };
      default:
        if ('*+?'.includes(character)) throw new Unsupported();
        return { kind: 'set', set: single(character) };
    }
  }

  #readGroup(): Pattern {
    let ahead: { readonly negated: boolean } | undefined;
    if (this.#skip('?')) {
      if (this.#skip('=')) ahead = { negated: false };
      else if (this.#skip('!')) ahead = { negated: true };
      else if (this.#skip('<')) {
        if (this.#peek() === '=' || this.#peek() === '!') throw new Unsupported();
        while (this.#next() !== '>') continue;
      } else if (!this.#skip(':')) throw new Unsupported();
    }
    this.#depth += 1;
    if (this.#depth > depthMax) throw new Unsupported();
    const part = this.#readAlternatives();
    this.#depth -= 1;
    if (!this.#skip(')')) throw new Unsupported();
    return ahead ? { kind: 'ahead', part, negated: ahead.negated } : part;
  }

  #readClass(): CharacterSet {
    const negated = this.#skip('^');
    const ranges: (readonly [number, number])[] = [];
    while (!this.#skip(']')) {
      const low = this.#readClassMember();
      if (typeof low === 'number' && this.#peek() === '-' && this.#peek(1) !== ']') {
        this.#next();
        const high = this.#readClassMember();
        // Before a class such as \d the hyphen stands for itself.
        if (typeof high !== 'number') ranges.push([low, low], [0x2d, 0x2d], ...high);
        else if (high < low) throw new Unsupported();
        else ranges.push([low, high]);
      } else if (typeof low === 'number') ranges.push([low, low]);
      else ranges.push(...low);
    }
    const set = unionOf(...ranges);
    return negated ? complementOf(set) : set;
  }

  #readClassMember(): number | CharacterSet {
    const character = this.#next();
    if (character !== '\\') return code(character);
    if (this.#skip('b')) return 8;
    const set = this.#readEscape();
    const [range] = set;
    return set.length === 1 && range && range[0] === range[1] ? range[0] : set;
  }

  #readEscape(): CharacterSet {
    const character = this.#next();
    const known = classes[character.toLowerCase()];
    if (known) return character === character.toLowerCase() ? known : complementOf(known);
    const control = controls[character];
    if (control !== undefined) return [[control, control]];
    if (character === 'x') return this.#readHex(2);
    if (character === 'u') return this.#readHex(4);
    if (character === 'c') return this.#readControl();
    if (character === 'p' || character === 'P') return this.#readProperty(character === 'P');
    if (/[A-Za-z0-9]/.test(character)) throw new Unsupported();
    return single(character);
  }

  #readHex(length: number): CharacterSet {
    const text = this.#pattern.slice(this.#at, this.#at + length).join('');
    if (!new RegExp(`^[0-9a-fA-F]{${length}}$`).test(text)) throw new Unsupported();
    this.#at += length;
    const value = Number.parseInt(text, 16);
    if (value >= 0xd800 && value <= 0xdfff) throw new Unsupported();
    return [[value, value]];
  }

  #readControl(): CharacterSet {
    const letter = this.#next();
    if (!/[A-Za-z]/.test(letter)) throw new Unsupported();
    return [[code(letter) % 32, code(letter) % 32]];
  }

  #readProperty(negated: boolean): CharacterSet {
    let name = '';
    if (this.#skip('{')) for (let next = this.#next(); next !== '}'; next = this.#next()) name += next;
    const set = propertySet(name);
    if (!set) throw new Unsupported();
    return negated ? complementOf(set) : set;
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

function single(character: string): CharacterSet {
  return [[code(character), code(character)]];
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}
