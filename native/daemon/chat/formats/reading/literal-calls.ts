import { IncrementalParser, type ThinkingStyle } from './incremental-parser.ts';
import { LiteralArguments, type LiteralStyle } from './literal-arguments.ts';
import { scanMarkers } from './marker-scanner.ts';
import type { ParserOptions } from '../tool-format.ts';
import { resolveTool } from './tool-names.ts';

/** A family that writes `NAME`, then arguments that are not JSON. */
export interface LiteralCallStyle {
  readonly open: string;
  readonly close: string;
  /** Before the name. */
  readonly lead: RegExp;
  readonly literal: LiteralStyle;
  readonly stray: readonly string[];
  readonly thinking: ThinkingStyle;
}

/** Calls of Gemma 4 and LFM2. Tolerates missing ends, and several calls between two marks. */
export class LiteralCallParser extends IncrementalParser {
  readonly #style: LiteralCallStyle;
  #state: 'free' | 'name' | 'arguments' | 'after' = 'free';
  #name = '';
  #arguments: LiteralArguments;
  #streamed = '';

  constructor(options: ParserOptions, style: LiteralCallStyle) {
    super(options, style.thinking);
    this.#style = style;
    this.#arguments = new LiteralArguments(style.literal);
  }

  protected step(): boolean {
    switch (this.#state) {
      case 'free':
        return this.#stepFree();
      case 'name':
        return this.#stepName();
      case 'arguments':
        return this.#stepArguments();
      case 'after':
        return this.#stepAfter();
      default:
        return this.#state satisfies never;
    }
  }

  #stepFree(): boolean {
    const { open, close, stray } = this.#style;
    const ends = [close, ...stray];
    const marker = this.readFree([open, ...ends], ends);
    if (marker === undefined) return false;
    if (marker === open) this.#begin();
    return true;
  }

  #begin(): void {
    this.#state = 'name';
    this.#name = '';
    this.#streamed = '';
    this.#arguments = new LiteralArguments(this.#style.literal);
  }

  #stepName(): boolean {
    const { open, close, literal, lead } = this.#style;
    const scan = scanMarkers(this.rest, [literal.open, open, close], this.ended);
    this.#name += scan.before;
    this.rest = scan.rest;
    if (scan.marker === undefined && !this.ended) return false;
    this.#name = this.#name.replace(lead, '').trim();
    if (scan.marker === literal.open) {
      this.rest = literal.open + this.rest;
      this.#state = 'arguments';
      const known = resolveTool(this.#name, this.tools);
      if (known) this.output.startCall(this.#id, known.tool.name);
      return true;
    }
    if (scan.marker !== undefined) this.rest = scan.marker + this.rest;
    if (this.#name === '' && this.replyEnd !== 'cut') this.#state = 'free';
    else this.#endCall(this.ended && scan.marker === undefined);
    return true;
  }

  #stepArguments(): boolean {
    const { open, close } = this.#style;
    const scan = scanMarkers(this.rest, [open, close], this.ended);
    const isLast = this.ended || scan.marker !== undefined;
    const left = this.#arguments.read(scan.before, isLast);
    this.#stream();
    this.rest = left + (scan.marker ?? '') + scan.rest;
    if (!this.#arguments.complete && !isLast) return false;
    this.#endCall(this.ended && scan.marker === undefined && !this.#arguments.complete);
    return true;
  }

  #stream(): void {
    const piece = this.#arguments.json.slice(this.#streamed.length);
    this.#streamed += piece;
    this.output.argumentsPiece(piece);
  }

  /** `isHalf`: the reply ended within it. */
  #endCall(isHalf: boolean): void {
    const id = this.#id;
    const { json, raw } = this.#arguments;
    const text = `${this.#name}${raw}`.trim();
    this.settle({ name: this.#name, idFor: () => id, argumentsText: json, text, cut: isHalf }, this.#streamed);
    this.#state = 'after';
  }

  /** Another call may follow between the same marks. */
  #stepAfter(): boolean {
    const { close } = this.#style;
    const first = this.rest.replace(/^[\s,;\])}]+/, '');
    const isName = /^[A-Za-z_][\w.:-]{0,100}$/.test(first);
    if (!this.ended && (first === '' || isName || (close.startsWith(first) && first !== close))) return false;
    this.rest = first;
    if (/^[A-Za-z_][\w.:-]{0,100}[({]/.test(first)) this.#begin();
    else this.#state = 'free';
    return true;
  }

  get #id(): string {
    return `call_${this.callIndex}`;
  }
}
