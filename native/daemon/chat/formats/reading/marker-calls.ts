import { ArgumentReader } from './argument-reader.ts';
import { IncrementalParser, type ThinkingStyle } from './incremental-parser.ts';
import { scanMarkers } from './marker-scanner.ts';
import type { ParserOptions } from '../tool-format.ts';
import { resolveTool } from './tool-names.ts';

/** Markers of a family that writes `section? (begin header separator json end)+ section-end?`. */
export interface MarkerStyle {
  readonly sectionBegin: readonly string[];
  readonly sectionEnd: readonly string[];
  readonly callBegin: readonly string[];
  readonly separator: readonly string[];
  readonly callEnd: readonly string[];
  /** Other special tokens of a call, dropped where they stand in text. */
  readonly stray?: readonly string[];
  /** What ends the name where no separator follows it. */
  readonly headerEnd?: string;
  /** The text that a header is where it names no tool, empty for one that only says so; undefined: it may name one. */
  textHeader?(header: string): string | undefined;
  readonly thinking: ThinkingStyle;
  /** Name and id from the header and the head (between separator and JSON); `taken` are the ids of this reply. */
  readHeader(header: string, head: string, index: number, taken: ReadonlySet<string>): CallHeader;
}

export interface CallHeader {
  readonly name: string;
  /** The call's id, given the name of the tool that was meant. */
  readonly idFor: (tool: string) => string;
  readonly repaired: boolean;
  /** Part of the head that belongs to the arguments. */
  readonly argumentsHead: string;
}

type State = 'free' | 'section' | 'header' | 'head' | 'arguments';

/** Text in a section that may still become the header of a call without a begin marker. */
const headerLike = /^\s*[\w.:/-]{0,120}\s*$/;

/** Reads calls of Kimi and DeepSeek. Tolerates missing markers of any kind, and calls inside reasoning. */
export class MarkerCallParser extends IncrementalParser {
  readonly #style: MarkerStyle;
  readonly #markers: readonly string[];
  readonly #ids = new Set<string>();
  #made: string[] = []; // of them, those of calls that may be a quotation
  #state: State = 'free';
  #inSection = false;
  #header = '';
  #head = '';
  #call: { readonly header: CallHeader; readonly reader: ArgumentReader } | undefined;
  #streamed = '';
  #trust: 'strings' | 'markers' = 'strings';

  /** @param begun text of the prompt that belongs to the reply. */
  constructor(options: ParserOptions, style: MarkerStyle, begun = '') {
    super(options, style.thinking);
    this.rest = begun;
    this.#style = style;
    this.#markers = [style.sectionBegin, style.sectionEnd, style.callBegin, style.separator, style.callEnd].flat();
  }

  protected step(): boolean {
    switch (this.#state) {
      case 'free':
        return this.#stepFree();
      case 'section':
        return this.#stepSection();
      case 'header':
        return this.#stepHeader();
      case 'head':
        return this.#stepHead();
      case 'arguments':
        return this.#stepArguments();
      default:
        return this.#state satisfies never;
    }
  }

  #stepFree(): boolean {
    const { sectionEnd, callEnd, stray = [] } = this.#style;
    const marker = this.readFree([...this.#markers, ...stray], [...sectionEnd, ...callEnd, ...stray]);
    if (marker === undefined) return false;
    this.#follow(marker);
    return true;
  }

  #stepSection(): boolean {
    const scan = scanMarkers(this.rest, this.#markers, this.ended);
    if (!headerLike.test(scan.before) || (scan.marker === undefined && this.ended)) {
      this.#inSection = false;
      this.#state = 'free'; // prose, or a tag of reasoning
      return true;
    }
    if (scan.marker === undefined) return false;
    if (this.#style.separator.includes(scan.marker) && scan.before.trim() !== '') {
      this.rest = scan.rest;
      this.#header = scan.before;
      this.#beginHead();
      return true;
    }
    this.rest = scan.marker + scan.rest;
    this.writeFree(scan.before);
    this.rest = scan.rest;
    this.#follow(scan.marker);
    return true;
  }

  #stepHeader(): boolean {
    const { headerEnd } = this.#style;
    const ends = headerEnd === undefined ? ['{', '\n\n'] : ['{', headerEnd];
    const scan = scanMarkers(this.rest, [...this.#markers, ...ends], this.ended);
    this.#header += scan.before;
    this.rest = scan.rest;
    if (scan.marker === undefined && !this.ended) return false;
    const text = this.#style.textHeader?.(this.#header.trim());
    if (text !== undefined) {
      this.#leave();
      if (scan.marker !== undefined && scan.marker !== headerEnd) this.rest = scan.marker + this.rest;
      this.writeFree(scan.marker === headerEnd ? text : text.trimEnd());
      return true;
    }
    if (scan.marker !== undefined && scan.marker === headerEnd) {
      this.#beginHead();
      return true;
    }
    if (scan.marker === '{') this.rest = `{${this.rest}`;
    if (scan.marker === '{' || (scan.marker !== undefined && this.#style.separator.includes(scan.marker))) {
      this.#beginHead();
      return true;
    }
    if (this.#header.trim() === '' && this.replyEnd !== 'cut') this.#leave();
    else this.#endCall('', scan.marker === undefined);
    if (scan.marker !== undefined) this.#follow(scan.marker);
    return true;
  }

  #beginHead(): void {
    this.#head = '';
    this.#state = 'head';
  }

  /** Between separator and JSON: nothing, a code fence, or (DeepSeek R1) the name. */
  #stepHead(): boolean {
    const scan = scanMarkers(this.rest, [...this.#markers, '{', '"', '['], this.ended);
    this.#head += scan.before;
    this.rest = scan.rest;
    if (scan.marker === undefined && !this.ended) return false;
    if (scan.marker !== undefined) this.rest = scan.marker + this.rest;
    this.#beginArguments();
    return true;
  }

  #beginArguments(): void {
    const header = this.#style.readHeader(this.#header.trim(), this.#head.trim(), this.callIndex, this.#ids);
    this.#call = { header, reader: new ArgumentReader(this.#markers, this.#trust) };
    this.#streamed = '';
    this.#state = 'arguments';
    const known = resolveTool(header.name, this.tools);
    if (known) this.output.startCall(header.idFor(known.tool.name), known.tool.name);
  }

  #stepArguments(): boolean {
    const call = this.#call;
    if (!call) return false;
    const result = call.reader.read(this.rest, this.replyEnd);
    this.#stream(call.reader);
    if ('waiting' in result) {
      this.rest = result.waiting;
      return false;
    }
    if (this.ended && result.rest !== '') this.#trust = 'markers';
    this.rest = result.rest;
    this.#endCall(result.raw, result.open && call.reader.isHalf);
    if (this.inCode && result.marker === undefined && result.junk.includes('`')) this.writeFree(result.junk);
    if (result.marker !== undefined) this.#follow(result.marker);
    return true;
  }

  #stream(reader: ArgumentReader): void {
    const { text } = reader.takePiece();
    const piece = this.#streamed === '' ? text.trimStart() : text;
    this.#streamed += piece;
    this.output.argumentsPiece(piece);
  }

  /** `isHalf`: the reply ended within it. */
  #endCall(raw: string, isHalf: boolean): void {
    const header = this.#call?.header ?? this.#style.readHeader(this.#header.trim(), '', this.callIndex, this.#ids);
    // With a head other than layout, the arguments are not an object: repair or refuse them.
    const text = [this.#header, this.#head, raw]
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .join(' ');
    const { name, idFor, repaired } = header;
    const { id } = this.settle(
      { name, idFor, argumentsText: headOf(header) + raw, text, cut: isHalf, repaired },
      this.#streamed,
    );
    if (this.mayBeQuoted && !this.#ids.has(id)) this.#made.push(id);
    this.#ids.add(id);
    this.#leave();
  }

  protected override forgetCalls(): void {
    for (const id of this.#made.splice(0)) this.#ids.delete(id);
  }

  #leave(): void {
    this.#call = undefined;
    this.#header = '';
    this.#head = '';
    this.#streamed = '';
    this.#state = this.#inSection ? 'section' : 'free';
  }

  #follow(marker: string): void {
    if (this.#style.sectionBegin.includes(marker)) {
      this.#inSection = true;
      this.#state = 'section';
    } else if (this.#style.sectionEnd.includes(marker)) {
      this.#inSection = false;
      this.#state = 'free';
    } else if (this.#style.callBegin.includes(marker)) {
      this.#header = '';
      this.#head = '';
      this.#state = 'header';
    } else if (this.#style.separator.includes(marker)) {
      this.#beginHead(); // arguments without a name
    }
  }
}

function headOf(header: CallHeader): string {
  return /^[\s`'"=:]*(?:json)?\s*$/i.test(header.argumentsHead) ? '' : header.argumentsHead;
}
