/** A reference to a rule, by its index, `times` times in a row. */
export interface GbnfReference {
  readonly rule: number;
  readonly times: number;
}

/** A rule, a group or a repetition. */
export interface GbnfRule {
  /** For each alternative the references that come before anything else. */
  readonly alternatives: (readonly GbnfReference[])[];
  /** True when one of the alternatives may be empty. */
  mayBeEmpty: boolean;
}

/** How large the parts of a grammar are. */
export interface GbnfOutline {
  readonly rules: GbnfRule[];
  /** Depth of the deepest parentheses. */
  nesting: number;
  /** Characters and references, with repetitions written out. */
  elements: number;
  /** Bytes of the longest `<token>`. */
  tokenBytes: number;
}

/** Reads a grammar as llama.cpp's parser does, up to the place where that parser would give up. */
export function readGbnfOutline(gbnf: string): GbnfOutline {
  return new OutlineReader(gbnf).read();
}

/** The largest count of a repetition: llama.cpp refuses more. */
const timesMax = 2000;
const wordCharacter = /[a-zA-Z0-9_-]/;

/** A part of a sequence. A repetition may follow it. */
interface GbnfSymbol {
  /** Index of the rule it refers to; undefined for characters and tokens. */
  rule?: number;
  elements: number;
}

/** A rule or a group that is being read. */
interface OpenRule {
  readonly rule: number;
  leading: GbnfReference[];
  /** True while the alternative holds only references. */
  leads: boolean;
  symbols: number;
  last?: GbnfSymbol;
}

/** Iterative on purpose: recursion here is the overflow that the limits guard against. */
class OutlineReader {
  readonly #text: string;
  readonly #outline: GbnfOutline = { rules: [], nesting: 0, elements: 0, tokenBytes: 0 };
  readonly #open: OpenRule[] = [];
  readonly #names = new Map<string, number>();
  /** Pairs of a rule and another one: the first may be empty when the second may. In the order they were read. */
  readonly #emptyWith: (readonly [number, number])[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): GbnfOutline {
    while (this.#at < this.#text.length && this.#step());
    while (this.#open.length > 0) this.#endRule();
    for (const [rule, other] of this.#emptyWith) {
      if (this.#rule(other).mayBeEmpty) this.#rule(rule).mayBeEmpty = true;
    }
    return this.#outline;
  }

  /** Reads one part; false where llama.cpp's parser would give up. */
  #step(): boolean {
    const character = this.#text.charAt(this.#at);
    if (' \t\r\n'.includes(character)) {
      this.#at++;
      return true;
    }
    if (character === '#') {
      this.#skipComment();
      return true;
    }
    if (wordCharacter.test(character)) return this.#name();
    const open = this.#open.at(-1);
    if (open === undefined) return false;
    switch (character) {
      case '"':
        return this.#characters(open, '"');
      case '[':
        return this.#characters(open, ']');
      case '<':
        return this.#token(open);
    }
    this.#at++;
    switch (character) {
      case '!':
        return this.#text.charAt(this.#at) === '<' && this.#token(open);
      case '.':
        return this.#add(open, { elements: 1 });
      case '(':
        this.#beginRule(this.#newRule());
        this.#outline.nesting = Math.max(this.#outline.nesting, this.#open.length - 1);
        return true;
      case ')':
        return this.#endGroup();
      case '|':
        this.#endAlternative(open);
        return true;
      case '*':
        return this.#repeat(open, 0, undefined);
      case '+':
        return this.#repeat(open, 1, undefined);
      case '?':
        return this.#repeat(open, 0, 1);
      case '{':
        return this.#braces(open);
      default:
        return false;
    }
  }

  #skipComment(): void {
    while (this.#at < this.#text.length && !'\r\n'.includes(this.#text.charAt(this.#at))) this.#at++;
  }

  /** The name of a rule: its definition when `::=` follows, else a reference. */
  #name(): boolean {
    const from = this.#at;
    while (wordCharacter.test(this.#text.charAt(this.#at))) this.#at++;
    const rule = this.#named(this.#text.slice(from, this.#at));
    let next = this.#at;
    while (next < this.#text.length && ' \t'.includes(this.#text.charAt(next))) next++;
    if (this.#text.startsWith('::=', next)) {
      while (this.#open.length > 0) this.#endRule();
      this.#at = next + 3;
      this.#outline.rules[rule] = { alternatives: [], mayBeEmpty: false };
      this.#beginRule(rule);
      return true;
    }
    const open = this.#open.at(-1);
    return open !== undefined && this.#add(open, { rule, elements: 1 });
  }

  #characters(open: OpenRule, end: string): boolean {
    const from = ++this.#at;
    while (this.#at < this.#text.length && this.#text.charAt(this.#at) !== end) {
      this.#at += this.#text.charAt(this.#at) === '\\' ? 2 : 1;
    }
    if (this.#at >= this.#text.length) return false;
    if (this.#at > from) this.#add(open, { elements: this.#at - from });
    this.#at++;
    return true;
  }

  #token(open: OpenRule): boolean {
    const found = this.#text.indexOf('>', this.#at);
    const end = found < 0 ? this.#text.length : found;
    const bytes = Buffer.byteLength(this.#text.slice(this.#at, end));
    this.#outline.tokenBytes = Math.max(this.#outline.tokenBytes, bytes);
    this.#at = end + 1;
    return this.#add(open, { elements: 1 });
  }

  /** The inside of `{2}`, `{2,}` or `{2,5}`. */
  #braces(open: OpenRule): boolean {
    const end = this.#text.indexOf('}', this.#at);
    if (end < 0) return false;
    const inside = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    const comma = inside.indexOf(',');
    const smallest = countIn(comma < 0 ? inside : inside.slice(0, comma));
    return this.#repeat(open, smallest ?? 0, comma < 0 ? smallest : countIn(inside.slice(comma + 1)));
  }

  /**
   * Repeats the last symbol; without `largest` any number of times. llama.cpp writes out a part that is repeated at
   * least once, so the repetition may be empty when the symbol may.
   */
  #repeat(open: OpenRule, smallest: number, largest: number | undefined): boolean {
    const { last } = open;
    if (last === undefined) return false;
    if (largest === 0) {
      open.symbols--;
      open.last = undefined;
      return true;
    }
    const times = Math.max(1, smallest, largest ?? 1);
    this.#outline.elements += last.elements * (times - 1);
    last.elements *= times;
    if (last.rule === undefined && smallest > 0) return true;
    const rule = this.#newRule();
    this.#rule(rule).mayBeEmpty = smallest === 0;
    if (last.rule !== undefined) {
      const again = largest === undefined ? [{ rule, times: 1 }] : [];
      this.#rule(rule).alternatives.push([{ rule: last.rule, times }, ...again]);
      if (smallest > 0) this.#emptyWith.push([rule, last.rule]);
    }
    last.rule = rule;
    return true;
  }

  #add(open: OpenRule, symbol: GbnfSymbol): true {
    this.#settleLast(open);
    open.symbols++;
    open.last = symbol;
    this.#outline.elements += symbol.elements;
    return true;
  }

  /** Takes the last symbol into the alternative: no repetition of it can follow any more. */
  #settleLast(open: OpenRule): void {
    if (open.last?.rule !== undefined && open.leads) open.leading.push({ rule: open.last.rule, times: 1 });
    else if (open.last !== undefined) open.leads = false;
    open.last = undefined;
  }

  #beginRule(rule: number): void {
    this.#open.push({ rule, leading: [], leads: true, symbols: 0 });
  }

  #endAlternative(open: OpenRule): void {
    this.#settleLast(open);
    const rule = this.#rule(open.rule);
    if (open.symbols === 0) rule.mayBeEmpty = true;
    rule.alternatives.push(open.leading);
    Object.assign(open, { leading: [], leads: true, symbols: 0 });
  }

  #endRule(): void {
    const open = this.#open.pop();
    if (open !== undefined) this.#endAlternative(open);
  }

  #endGroup(): boolean {
    const [around, group] = this.#open.slice(-2);
    if (around === undefined || group === undefined) return false;
    this.#endRule();
    return this.#add(around, { rule: group.rule, elements: 1 });
  }

  #newRule(): number {
    return this.#outline.rules.push({ alternatives: [], mayBeEmpty: false }) - 1;
  }

  #rule(index: number): GbnfRule {
    const rule = this.#outline.rules[index];
    if (rule === undefined) throw new Error(`there is no rule ${index}`);
    return rule;
  }

  #named(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const rule = this.#newRule();
    this.#names.set(name, rule);
    return rule;
  }
}

/** The digits of `text` as a number of at most `timesMax`; undefined without digits. */
function countIn(text: string): number | undefined {
  const digits = text.replace(/[^0-9]/g, '');
  return digits === '' ? undefined : Math.min(timesMax, Number(digits));
}
