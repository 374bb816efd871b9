/**
 * Follows JSON text character by character and knows its state: inside a string, broken, complete.
 * Owns: structure and the ranges of the root object's members. Does not own: values (JSON.parse reads them) and repair.
 */

/** A member of the root object; offsets into all text fed so far, the end exclusive. */
export interface JsonMember {
  readonly key: string;
  readonly start: number;
  readonly end: number | undefined; // undefined: still being read
}

type State =
  'root' | 'value' | 'firstItem' | 'firstKey' | 'key' | 'colon' | 'after' | 'string' | 'scalar' | 'complete' | 'broken';

const numberPattern = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const numberStart = /^-?(?:$|(?:0|[1-9]\d*)(?:\.\d*)?(?:(?<=\d)[eE][+-]?\d*)?$)/;
const literals = ['true', 'false', 'null'];
const space = ' \t\n\r';

export class JsonReader {
  readonly members: JsonMember[] = [];
  #state: State = 'root';
  #closers: string[] = [];
  #position = 0;
  #strict = true;
  #certainEnd = 0;
  #rootIsObject = false;
  #rootIsString = false;
  #scalar = '';
  #string = ''; // raw text of the key being read
  #isKey = false;
  #afterBackslash = false;
  #hexLeft = 0; // digits of a unicode escape still to come
  #rootKey = '';

  get complete(): boolean {
    return this.#state === 'complete';
  }

  /** The text stopped being JSON (in structure; bad characters inside strings only end strictness). */
  get broken(): boolean {
    return this.#state === 'broken';
  }

  /** Objects and lists that are open. */
  get depth(): number {
    return this.#closers.length;
  }

  get inString(): boolean {
    return this.#state === 'string';
  }

  /** The root's first character came. */
  get started(): boolean {
    return this.#state !== 'root';
  }

  get rootIsObject(): boolean {
    return this.#rootIsObject;
  }

  /**
   * Everything before this offset is the beginning of valid JSON, and stays so where the rest must be repaired. The end
   * of a string counts only when the next one begins: its quote may be one that the model did not escape, or the quote
   * may be missing before a comma or a bracket.
   */
  get certainEnd(): number {
    return this.#certainEnd;
  }

  /** Reads until the root object or array is complete; returns how many characters were taken. */
  feed(text: string): number {
    let taken = 0;
    while (taken < text.length && !this.complete) {
      this.#take(text.charAt(taken));
      taken += 1;
      this.#position += 1;
      if (this.broken) this.#strict = false;
      if (this.#strict && this.#isCertain(text.charAt(taken - 1))) this.#certainEnd = this.#position;
    }
    return taken;
  }

  #isCertain(last: string): boolean {
    if (this.complete) return true;
    return this.inString && !this.#afterBackslash && this.#hexLeft === 0 && !/[,:{}[\]\s]/.test(last);
  }

  #take(character: string): void {
    if (this.#state === 'string') return this.#takeInString(character);
    if (this.#state === 'scalar') {
      if (/[\w.+-]/.test(character)) {
        this.#scalar += character;
        if (!isScalarStart(this.#scalar)) this.#state = 'broken';
        return;
      }
      if (!numberPattern.test(this.#scalar) && !literals.includes(this.#scalar)) {
        this.#state = 'broken';
        return;
      }
      this.#endValue(this.#position);
    }
    if (space.includes(character)) return;
    this.#takeStructure(character);
  }

  #takeStructure(character: string): void {
    switch (this.#state) {
      case 'firstKey':
      case 'key':
        if (character === '}' && this.#state === 'firstKey') return this.#close(character);
        if (character !== '"') break;
        this.#isKey = true;
        return this.#openString();
      case 'colon':
        if (character !== ':') break;
        this.#state = 'value';
        return;
      case 'after':
        if (character === ',') {
          this.#state = this.#closers.at(-1) === '}' ? 'key' : 'value';
          return;
        }
        return this.#close(character);
      case 'firstItem':
        if (character === ']') return this.#close(character);
        return this.#openValue(character);
      case 'root':
        this.#rootIsObject = character === '{';
        this.#rootIsString = character === '"';
        if (!'{["'.includes(character)) break;
        return this.#openValue(character);
      case 'value':
        return this.#openValue(character);
      default:
        break;
    }
    this.#state = 'broken';
  }

  #openValue(character: string): void {
    if (this.#closers.length === 1 && this.#closers[0] === '}') {
      this.members.push({ key: this.#rootKey, start: this.#position, end: undefined });
    }
    if (character === '"') {
      this.#isKey = false;
      this.#openString();
    } else if (character === '{') {
      this.#closers.push('}');
      this.#state = 'firstKey';
    } else if (character === '[') {
      this.#closers.push(']');
      this.#state = 'firstItem';
    } else {
      this.#scalar = character;
      this.#state = isScalarStart(character) ? 'scalar' : 'broken';
    }
  }

  #close(character: string): void {
    if (this.#closers.at(-1) !== character) {
      this.#state = 'broken';
      return;
    }
    this.#closers.pop();
    this.#endValue(this.#position + 1);
  }

  #openString(): void {
    this.#string = '';
    this.#state = 'string';
  }

  #takeInString(character: string): void {
    if (this.#afterBackslash) {
      this.#afterBackslash = false;
      if (character === 'u') this.#hexLeft = 4;
      else if (!'"\\/bfnrt'.includes(character)) this.#strict = false;
    } else if (this.#hexLeft > 0 && /[0-9a-fA-F]/.test(character)) {
      this.#hexLeft -= 1;
    } else {
      if (this.#hexLeft > 0 || character < ' ') this.#strict = false;
      this.#hexLeft = 0;
      if (character === '"') return this.#endString();
      this.#afterBackslash = character === '\\';
    }
    if (this.#isKey) this.#string += character;
  }

  #endString(): void {
    if (!this.#isKey) {
      this.#endValue(this.#position + 1);
      return;
    }
    if (this.#closers.length === 1) this.#rootKey = decodeKey(this.#string);
    this.#state = 'colon';
  }

  #endValue(end: number): void {
    if (this.#closers.length === 0) {
      // A string at the root may be the first key of an object without its brace: only more text can tell.
      this.#state = this.#rootIsString ? 'broken' : 'complete';
      return;
    }
    this.#state = 'after';
    const last = this.members.at(-1);
    if (this.#closers.length === 1 && this.#closers[0] === '}' && last !== undefined) {
      this.members[this.members.length - 1] = { ...last, end };
    }
  }
}

function isScalarStart(text: string): boolean {
  return numberStart.test(text) || literals.some((literal) => literal.startsWith(text));
}

function decodeKey(raw: string): string {
  try {
    const key: unknown = JSON.parse(`"${raw}"`);
    return typeof key === 'string' ? key : raw;
  } catch {
    return raw; // a key with raw control characters: kept as written
  }
}
