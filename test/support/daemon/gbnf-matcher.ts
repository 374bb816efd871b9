/**
 * Recognises text by a GBNF grammar the simple way: repetitions written out, stacks of positions, advanced character by
 * character. Throws for undefined rules, left recursion, and repetitions that are too many to be written out.
 */

export type Element =
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: 'rule'; readonly name: string };

export type Sequence = readonly Element[];

/** Symbols still to match, as a linked list. */
interface Stack {
  readonly sequence: Sequence;
  readonly at: number;
  readonly below: Stack | undefined;
}

const repetitionMax = 10_000;

export class GbnfMatcher {
  readonly #rules = new Map<string, readonly Sequence[]>();
  readonly #root: string;
  readonly #ids = new Map<Sequence, number>();
  /** Rules that repeat something without end. They may come back to themselves when it is empty. */
  readonly #endless = new Set<string>();

  constructor(gbnf: string, root = 'root') {
    this.#root = root;
    new Reader(gbnf, this.#rules, this.#endless).readAll();
    for (const [name, alternatives] of this.#rules) {
      for (const element of alternatives.flat()) {
        if (element.kind === 'rule' && !this.#rules.has(element.name))
          throw new Error(`rule ${name} uses ${element.name}, which is not defined`);
      }
    }
    if (!this.#rules.has(root)) throw new Error(`no rule ${root}`);
    this.#refuseLeftRecursion();
  }

  /** The alternatives of each rule. */
  get rules(): ReadonlyMap<string, readonly Sequence[]> {
    return this.#rules;
  }

  /** Whether all of `text` is in the language. */
  matches(text: string): boolean {
    return this.#run(text).ended;
  }

  /** Whether `text` is the beginning of something in the language. */
  begins(text: string): boolean {
    return this.#run(text).alive;
  }

  #run(text: string): { alive: boolean; ended: boolean } {
    let stacks = this.#expand(
      (this.#rules.get(this.#root) ?? []).map((sequence) => ({ sequence, at: 0, below: undefined })),
    );
    for (const character of text) {
      const code = character.codePointAt(0) ?? 0;
      const next: (Stack | undefined)[] = [];
      for (const stack of stacks) {
        const element = stack?.sequence[stack.at];
        if (
          stack &&
          element?.kind === 'set' &&
          element.ranges.some(([low, high]) => low <= code && code <= high) !== element.negated
        ) {
          next.push({ ...stack, at: stack.at + 1 });
        }
      }
      stacks = this.#expand(next);
      if (stacks.length === 0) return { alive: false, ended: false };
    }
    return { alive: true, ended: stacks.includes(undefined) };
  }

  /** Every stack that stands before a character, and undefined for the end. */
  #expand(start: readonly (Stack | undefined)[]): (Stack | undefined)[] {
    const seen = new Set<string>();
    const found: (Stack | undefined)[] = [];
    const todo = [...start];
    while (todo.length > 0) {
      let stack = todo.pop();
      while (stack && stack.at >= stack.sequence.length) stack = stack.below;
      const key = this.#key(stack);
      if (seen.has(key)) continue;
      seen.add(key);
      const element = stack?.sequence[stack.at];
      if (!stack || element?.kind === 'set') {
        found.push(stack);
        continue;
      }
      const rest = stack.at + 1 < stack.sequence.length ? { ...stack, at: stack.at + 1 } : stack.below;
      for (const sequence of this.#rules.get((element as { name: string }).name) ?? [])
        todo.push({ sequence, at: 0, below: rest });
    }
    return found;
  }

  #key(stack: Stack | undefined): string {
    let key = '';
    for (let one = stack; one; one = one.below) {
      let id = this.#ids.get(one.sequence);
      if (id === undefined) {
        id = this.#ids.size;
        this.#ids.set(one.sequence, id);
      }
      key += `${id}.${one.at};`;
    }
    return key;
  }

  #refuseLeftRecursion(): void {
    const empty = new Set<string>();
    for (let grown = true; grown;) {
      grown = false;
      for (const [name, alternatives] of this.#rules) {
        if (empty.has(name)) continue;
        if (alternatives.some((sequence) => sequence.every((one) => one.kind === 'rule' && empty.has(one.name)))) {
          empty.add(name);
          grown = true;
        }
      }
    }
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]): void => {
      if (path.includes(name) && !this.#endless.has(name)) throw new Error(`left recursion of ${name}`);
      if (done.has(name) || path.includes(name)) return;
      for (const sequence of this.#rules.get(name) ?? []) {
        for (const element of sequence) {
          if (element.kind !== 'rule') break;
          visit(element.name, [...path, name]);
          if (!empty.has(element.name)) break;
        }
      }
      done.add(name);
    };
    for (const name of this.#rules.keys()) visit(name, []);
  }
}

class Reader {
  #at = 0;
  #made = 0;
  readonly #text: string;
  readonly #rules: Map<string, readonly Sequence[]>;
  readonly #endless: Set<string>;

  constructor(text: string, rules: Map<string, readonly Sequence[]>, endless: Set<string>) {
    this.#text = text;
    this.#rules = rules;
    this.#endless = endless;
  }

  readAll(): void {
    this.#space(true);
    while (this.#at < this.#text.length) {
      const name = this.#take(/[A-Za-z0-9-]+/y);
      this.#space(false);
      this.#take(/::=/y);
      this.#space(true);
      if (this.#rules.has(name)) throw new Error(`rule ${name} is defined twice`);
      this.#rules.set(name, this.#alternatives(name, false));
      if (this.#at < this.#text.length) this.#take(/\r?\n/y);
      this.#space(true);
    }
  }

  #alternatives(name: string, nested: boolean): Sequence[] {
    const found = [this.#sequence(name, nested)];
    while (this.#text[this.#at] === '|') {
      this.#at += 1;
      this.#space(true);
      found.push(this.#sequence(name, nested));
    }
    return found;
  }

  #sequence(name: string, nested: boolean): Sequence {
    const elements: Element[] = [];
    let last: Element[] = [];
    let rules = 1;
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '"') {
        last = this.#literal();
        rules = 1;
        elements.push(...last);
      } else if (character === '[') {
        last = [this.#set()];
        rules = 1;
        elements.push(...last);
      } else if (character === '(') {
        const before = this.#made;
        this.#at += 1;
        this.#space(true);
        const inner = this.#rule(name, this.#alternatives(name, true));
        this.#take(/\)/y);
        last = [inner];
        rules = this.#made - before;
        elements.push(inner);
      } else if (character !== undefined && /[A-Za-z0-9-]/.test(character)) {
        last = [{ kind: 'rule', name: this.#take(/[A-Za-z0-9-]+/y) }];
        rules = 1;
        elements.push(...last);
      } else if (character !== undefined && '*+?{'.includes(character)) {
        const [min, max] = this.#bounds();
        if (last.length === 0) throw new Error(`nothing to repeat at ${this.#text.slice(this.#at, this.#at + 30)}`);
        const times = max ?? (min > 0 ? min : 1);
        if (rules * Math.max(times, 1) >= repetitionMax) throw new Error('too many repetitions');
        elements.splice(elements.length - last.length, last.length, ...this.#repeated(name, last, min, max));
        rules *= Math.max(times, 1);
      } else break;
      this.#space(nested);
    }
    return elements;
  }

  #repeated(name: string, item: readonly Element[], min: number, max: number | undefined): Element[] {
    const parts = Array.from({ length: min }, () => item).flat();
    if (max === undefined) {
      const self: Element = { kind: 'rule', name: `${name}_${(this.#made += 1)}` };
      this.#rules.set(self.name, [[...item, self], []]);
      this.#endless.add(self.name);
      return [...parts, self];
    }
    let tail: Element | undefined;
    for (let time = min; time < max; time += 1) tail = this.#rule(name, [tail ? [...item, tail] : item, []]);
    return tail ? [...parts, tail] : parts;
  }

  #rule(name: string, alternatives: readonly Sequence[]): Element {
    const own = `${name}_${(this.#made += 1)}`;
    this.#rules.set(own, alternatives);
    return { kind: 'rule', name: own };
  }

  #bounds(): [number, number | undefined] {
    const sign = this.#take(/[*+?]|\{\d+(,\d*)?\}/y);
    if (sign === '*') return [0, undefined];
    if (sign === '+') return [1, undefined];
    if (sign === '?') return [0, 1];
    const [min = '', max] = sign.slice(1, -1).split(',');
    if (max === undefined) return [Number(min), Number(min)];
    return [Number(min), max === '' ? undefined : Number(max)];
  }

  #literal(): Element[] {
    const elements: Element[] = [];
    this.#at += 1;
    while (this.#text[this.#at] !== '"') {
      const code = this.#character();
      elements.push({ kind: 'set', negated: false, ranges: [[code, code]] });
    }
    this.#at += 1;
    return elements;
  }

  #set(): Element {
    this.#at += 1;
    const negated = this.#text[this.#at] === '^';
    if (negated) this.#at += 1;
    const ranges: [number, number][] = [];
    while (this.#text[this.#at] !== ']') {
      const low = this.#character();
      if (this.#text[this.#at] === '-' && this.#text[this.#at + 1] !== ']') {
        this.#at += 1;
        ranges.push([low, this.#character()]);
      } else ranges.push([low, low]);
    }
    this.#at += 1;
    return { kind: 'set', negated, ranges };
  }

  #character(): number {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined || code === 10) throw new Error('unexpected end');
    if (code !== 0x5c) {
      this.#at += code > 0xffff ? 2 : 1;
      return code;
    }
    const escape = this.#take(/\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[trn\\"[\]-])/y);
    const kind = escape.charAt(1);
    if ('xuU'.includes(kind)) return Number.parseInt(escape.slice(2), 16);
    return { t: 9, r: 13, n: 10 }[kind] ?? kind.charCodeAt(0);
  }

  #space(newlines: boolean): void {
    this.#take(newlines ? /(?:[ \t\r\n]|#[^\n]*)*/y : /(?:[ \t]|#[^\n]*)*/y);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) throw new Error(`expected ${pattern.source} at ${this.#text.slice(this.#at, this.#at + 40)}`);
    this.#at += match[0].length;
    return match[0];
  }
}
