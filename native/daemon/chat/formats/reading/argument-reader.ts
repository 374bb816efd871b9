import { scanMarkers } from './marker-scanner.ts';
import { JsonReader } from './streaming-json.ts';

/** The JSON text of a call and the text after it. */
export interface ReadArguments {
  readonly raw: string;
  /** Meaningless characters between JSON and marker. */
  readonly junk: string;
  /** The marker that ended it, if one did. */
  readonly marker: string | undefined;
  /** Text after it that was not read. */
  readonly rest: string;
  /** True if neither a marker nor the end of the JSON came. */
  readonly open: boolean;
}

/** Whether more text comes; `cut`: it ended by length or a stop, not by the model. */
export type ReplyEnd = 'open' | 'ended' | 'cut';

/** Closing characters that models add after complete JSON; they mean nothing. */
const junkPattern = /^[\s}\])"'`;,]*/;

/**
 * Reads JSON text that ends by itself or by a marker. A marker inside a JSON string is content as long as the string
 * continues. If the JSON never ends, the first of those markers was its end, and what follows it is returned in `rest`.
 */
export class ArgumentReader {
  readonly json = new JsonReader();
  #raw = '';
  #unsent = '';
  #sent = 0;
  /** Where the first marker inside a string stands, and what was certain before it. */
  #suspect: { readonly at: number; readonly certain: number } | undefined;
  readonly #markers: readonly string[];
  readonly #trust: 'strings' | 'markers';

  /** `trust` markers: a marker ends the text even inside a string, so that returned text is not read over and over. */
  constructor(markers: readonly string[], trust: 'strings' | 'markers') {
    this.#markers = markers;
    this.#trust = trust;
  }

  /** All text read so far. */
  get raw(): string {
    return this.#raw;
  }

  /** Whether all read so far is only the beginning of arguments. Text that is no JSON is whole if brackets end it. */
  get isHalf(): boolean {
    return this.json.broken ? !/[}\]]\s*$/.test(this.#raw) : !this.json.complete;
  }

  /** Takes text; returns the rest that must wait for more, or the result. */
  read(text: string, end: ReplyEnd): { readonly waiting: string } | ReadArguments {
    let rest = text;
    while (!this.json.complete) {
      const scan = scanMarkers(rest, this.#markers, end !== 'open');
      const taken = this.json.feed(scan.before);
      if (this.json.complete) {
        this.#append(scan.before.slice(0, taken));
        rest = rest.slice(taken);
        break;
      }
      this.#append(scan.before);
      rest = scan.rest;
      if (scan.marker === undefined) return end === 'open' ? { waiting: rest } : this.#giveUp(end);
      if (!this.json.inString || this.#trust === 'markers') {
        return this.#result({ marker: scan.marker, rest });
      }
      this.#suspect ??= { at: this.#raw.length, certain: this.json.certainEnd };
      this.json.feed(scan.marker);
      this.#append(scan.marker);
    }
    this.#suspect = undefined;
    return this.#readTail(rest, end !== 'open');
  }

  /** New text of the JSON object, as far as later text cannot change it; offsets as in `json`. */
  takePiece(): { readonly text: string; readonly from: number } {
    const certain = Math.min(this.json.certainEnd, this.#suspect?.certain ?? Infinity);
    const from = this.#sent;
    if (certain <= from || !this.json.rootIsObject) return { text: '', from };
    const text = this.#unsent.slice(0, certain - from);
    this.#unsent = this.#unsent.slice(certain - from);
    this.#sent = certain;
    return { text, from };
  }

  #append(text: string): void {
    this.#raw += text;
    this.#unsent += text;
  }

  #readTail(text: string, atEnd: boolean): { readonly waiting: string } | ReadArguments {
    const scan = scanMarkers(text, this.#markers, atEnd);
    const junk = junkPattern.exec(scan.before)?.[0] ?? '';
    if (junk.length < scan.before.length) return this.#result({ junk, rest: text.slice(junk.length) });
    if (scan.marker !== undefined) return this.#result({ junk, marker: scan.marker, rest: scan.rest });
    return atEnd ? this.#result({ junk }) : { waiting: text };
  }

  /** Ends without marker or complete JSON. In a reply that was cut, markers inside a string remain content. */
  #giveUp(end: ReplyEnd): ReadArguments {
    if (this.#suspect === undefined || end === 'cut') return this.#result({ open: true });
    return this.#result({ raw: this.#raw.slice(0, this.#suspect.at), rest: this.#raw.slice(this.#suspect.at) });
  }

  #result(found: Partial<ReadArguments>): ReadArguments {
    return { raw: this.#raw, junk: '', marker: undefined, rest: '', open: false, ...found };
  }
}
