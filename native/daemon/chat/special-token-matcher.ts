/** A special token's text. */
export interface SpecialToken {
  readonly text: string;
  readonly id: number;
  /** Whether the tokenizer also makes it from plain text; only a cut prevents that. */
  readonly forms: boolean;
}

interface TrieNode {
  readonly next: Map<number, TrieNode>;
  id: number | undefined;
  /** Whether the tokenizer forms a token with this prefix from plain text too. */
  forms: boolean;
}

/** A special token found by its text. */
interface SpecialMatch {
  readonly id: number;
  readonly length: number; // UTF-16 units
}

/** An offset at which content must be broken; `cut`: a mark is not enough, the text must be split there. */
interface Break {
  readonly at: number;
  readonly cut: boolean;
}

/** Finds the texts of special tokens in a text, and parts of them at its start and end. */
export class SpecialTokenMatcher {
  /** The first characters of all special texts, for a character class of a regular expression; empty if none. */
  readonly firstCharacters: string;
  readonly #root: TrieNode = node();
  readonly #suffixes = new Map<string, boolean>(); // proper suffixes of special texts -> forms
  readonly #texts: { readonly text: string; readonly forms: boolean }[] = [];
  readonly #longest: number;
  readonly #first: RegExp | undefined;

  constructor(tokens: readonly SpecialToken[]) {
    let longest = 0;
    const firsts = new Set<string>();
    for (const { text, id, forms } of tokens) {
      this.#add(text, id, forms);
      firsts.add(text.charAt(0));
      longest = Math.max(longest, text.length);
    }
    this.#longest = longest;
    this.firstCharacters = [...firsts].map(escapeUnit).join('');
    this.#first = firsts.size === 0 ? undefined : new RegExp(`[${this.firstCharacters}]`, 'g');
  }

  /** The longest special text that begins at `at`. */
  matchAt(text: string, at: number): SpecialMatch | undefined {
    let found: SpecialMatch | undefined;
    let current: TrieNode | undefined = this.#root;
    for (let end = at; end < text.length; end++) {
      current = current.next.get(text.charCodeAt(end));
      if (current === undefined) break;
      if (current.id !== undefined) found = { id: current.id, length: end + 1 - at };
    }
    return found;
  }

  /** Ids of all special texts in a text; they may overlap. */
  allIn(text: string): Set<number> {
    const found = new Set<number>();
    if (this.#first === undefined) return found;
    this.#first.lastIndex = 0;
    for (let hit = this.#first.exec(text); hit !== null; hit = this.#first.exec(text)) {
      let current: TrieNode | undefined = this.#root;
      for (let at = hit.index; current !== undefined; at++) {
        if (current.id !== undefined) found.add(current.id);
        current = current.next.get(text.charCodeAt(at));
      }
    }
    return found;
  }

  /**
   * Offsets at which content must be broken, ascending and distinct, so that no special text is in it, nor part of one
   * that the text around it could complete.
   */
  breaks(content: string): Break[] {
    if (this.#first === undefined || content === '') return [];
    const found = new Map<number, boolean>();
    const add = (at: number, cut: boolean): void => void found.set(at, cut || found.get(at) === true);
    this.#first.lastIndex = 0;
    for (let hit = this.#first.exec(content); hit !== null; hit = this.#first.exec(content)) {
      const threat = this.#threatAt(content, hit.index);
      if (threat !== undefined) add(hit.index + unitsAt(content, hit.index), threat);
    }
    for (let length = Math.min(this.#longest, content.length); length > 0; length--) {
      const forms = this.#suffixes.get(content.slice(0, length));
      if (forms !== undefined) add(length - 1, forms);
    }
    if (content.length < this.#longest && !/\s/u.test(content)) {
      const forms = this.#enclosing(content);
      if (forms !== undefined) add(Math.ceil(content.length / 2), forms);
    }
    return [...found].map(([at, cut]) => ({ at, cut })).sort((a, b) => a.at - b.at);
  }

  #add(text: string, id: number, forms: boolean): void {
    this.#texts.push({ text, forms });
    let current = this.#root;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      let next = current.next.get(unit);
      if (next === undefined) current.next.set(unit, (next = node()));
      next.forms ||= forms;
      current = next;
      if (index > 0) {
        const suffix = text.slice(index);
        this.#suffixes.set(suffix, forms || this.#suffixes.get(suffix) === true);
      }
    }
    current.id = id;
  }

  /**
   * Whether a special text begins at `at`, whole or cut off by the end of the content: undefined if none does, true if
   * only a cut prevents its token.
   */
  #threatAt(content: string, at: number): boolean | undefined {
    let current: TrieNode | undefined = this.#root;
    let threat: boolean | undefined;
    for (let end = at; end < content.length; end++) {
      current = current.next.get(content.charCodeAt(end));
      if (current === undefined) return threat;
      if (current.id !== undefined) threat = current.forms;
    }
    return current.forms || threat === true;
  }

  /** Whether a special text is this word between punctuation (`tool_call` in `<tool_call>`); true: it needs a cut. */
  #enclosing(word: string): boolean | undefined {
    let forms: boolean | undefined;
    for (const special of this.#texts) {
      const at = special.text.indexOf(word);
      if (at < 0 || /[\p{L}\p{N}_]/u.test(special.text.slice(0, at) + special.text.slice(at + word.length))) continue;
      forms = forms === true || special.forms;
    }
    return forms;
  }
}

function node(): TrieNode {
  return { next: new Map(), id: undefined, forms: false };
}

/** UTF-16 units of the character at `at`. */
export function unitsAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
