import { parseJson } from './argument-repair.ts';

/** How a family writes arguments that are not JSON, but look like it. */
export interface LiteralStyle {
  /** What begins and ends the arguments. */
  readonly open: string;
  readonly close: string;
  /** Between name and value of an argument. */
  readonly assign: string;
  /** What a text stands in, the longest first. */
  readonly quotes: readonly string[];
  /** A backslash in a text escapes what follows. */
  readonly escapes: boolean;
}

const escaped: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', '\n': '' };
const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' };

/** Translates such arguments into the text of a JSON object, piece by piece. */
export class LiteralArguments {
  readonly #style: LiteralStyle;
  #json = '';
  #raw = '';
  #depth = 0;
  #quote: string | undefined;
  #word = '';
  #half = ''; // the first half of a character of two units

  constructor(style: LiteralStyle) {
    this.#style = style;
  }

  /** All JSON text so far. */
  get json(): string {
    return this.#json;
  }

  /** All text read so far, as the model wrote it. */
  get raw(): string {
    return this.#raw;
  }

  /** The last bracket was closed. */
  get complete(): boolean {
    return this.#depth === 0 && this.#json !== '';
  }

  /** Whether it ended inside a text. */
  get inText(): boolean {
    return this.#quote !== undefined;
  }

  /** Takes text up to the end of the arguments; returns the rest, of which more may be needed unless `atEnd`. */
  read(text: string, atEnd: boolean): string {
    let at = 0;
    while (at < text.length && !this.complete) {
      const taken = this.#quote === undefined ? this.#takeOutside(text, at, atEnd) : this.#takeInside(text, at, atEnd);
      if (taken === 0) break;
      at += taken;
    }
    this.#raw += text.slice(0, at);
    if (atEnd && !this.complete) this.#endWord();
    return text.slice(at);
  }

  #takeOutside(text: string, at: number, atEnd: boolean): number {
    const { quotes, open, close, assign } = this.#style;
    const quote = quotes.find((one) => text.startsWith(one, at));
    if (quote === undefined && !atEnd && quotes.some((one) => isBeginning(text.slice(at), one))) return 0;
    if (quote !== undefined) {
      this.#endWord();
      this.#quote = quote;
      this.#json += '"';
      return quote.length;
    }
    const character = text.charAt(at);
    const isOuter = this.#depth <= 1;
    if (this.#depth === 0 && character === open) this.#open('{');
    else if (isOuter && character === close) this.#close('}');
    else if (isOuter && character === assign) this.#assign();
    else if (character === ':') this.#assign();
    else if ('{[('.includes(character)) this.#open(character === '{' ? '{' : '[');
    else if ('}])'.includes(character)) this.#close(character === '}' ? '}' : ']');
    else if (character === ',') this.#pass(', ');
    else if (this.#word !== '' || !/\s/.test(character)) this.#word += character;
    return 1;
  }

  #takeInside(text: string, at: number, atEnd: boolean): number {
    const quote = this.#quote ?? '';
    if (text.startsWith(quote, at)) {
      this.#flushHalf();
      this.#json += '"';
      this.#quote = undefined;
      return quote.length;
    }
    if (!atEnd && isBeginning(text.slice(at), quote)) return 0;
    if (this.#style.escapes && text.charAt(at) === '\\') return this.#takeEscape(text, at, atEnd);
    const special = this.#style.escapes ? [quote.charAt(0), '\\'] : [quote.charAt(0)];
    let end = at + 1;
    while (end < text.length && !special.includes(text.charAt(end))) end += 1;
    this.#write(text.slice(at, end));
    return end - at;
  }

  #takeEscape(text: string, at: number, atEnd: boolean): number {
    const code = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))/.exec(text.slice(at, at + 6));
    if (code) {
      this.#write(String.fromCharCode(parseInt(code[1] ?? code[2] ?? '', 16)));
      return code[0].length;
    }
    if (!atEnd && /^\\(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3})?$/.test(text.slice(at))) return 0;
    const next = text.charAt(at + 1);
    this.#write(escaped[next] ?? (/[\\'"`]/.test(next) ? next : `\\${next}`));
    return Math.min(2, text.length - at);
  }

  #open(bracket: '{' | '['): void {
    this.#endWord(); // a word before a bracket makes the arguments broken, so that it is shown
    this.#depth += 1;
    this.#json += bracket;
  }

  #close(bracket: '}' | ']'): void {
    this.#pass(bracket);
    this.#depth = Math.max(0, this.#depth - 1);
  }

  #assign(): void {
    if (this.#word !== '') this.#json += JSON.stringify(this.#word.trim());
    this.#word = '';
    this.#json += ': ';
  }

  #pass(text: string): void {
    this.#endWord();
    this.#json += text;
  }

  /** A word that is no value of JSON is a text without quotes. */
  #endWord(): void {
    const written = this.#word.trim();
    const word = words[written] ?? written;
    this.#word = '';
    if (word !== '') this.#json += parseJson(word) ? word : JSON.stringify(word);
  }

  #write(text: string): void {
    const whole = this.#half + text;
    this.#half = /[\uD800-\uDBFF]$/.exec(whole)?.[0] ?? '';
    this.#json += JSON.stringify(whole.slice(0, whole.length - this.#half.length)).slice(1, -1);
  }

  #flushHalf(): void {
    if (this.#half !== '') this.#json += JSON.stringify(this.#half).slice(1, -1);
    this.#half = '';
  }
}

/** Whether more text may make `mark` of this. */
function isBeginning(text: string, mark: string): boolean {
  return text.length < mark.length && mark.startsWith(text);
}
