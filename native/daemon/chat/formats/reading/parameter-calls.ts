import { IncrementalParser, type ThinkingStyle } from './incremental-parser.ts';
import { scanMarkers } from './marker-scanner.ts';
import type { ParserOptions } from '../tool-format.ts';
import { resolveTool } from './tool-names.ts';
import { TypedArguments, type ValueLayout } from './typed-arguments.ts';

/** Tags of a family that writes each argument in separate tags. */
export interface ParameterStyle {
  /** Tags around a call; those in `bare` begin one without the outer tag. */
  readonly callOpen: readonly string[];
  readonly callClose: readonly string[];
  /** Around all calls of a reply; it may be missing. */
  readonly section?: string;
  /** Before the name, where it is not directly after `callOpen`; after it. */
  readonly nameOpen: string | undefined;
  readonly nameClose: readonly string[];
  readonly keyOpen: string;
  readonly keyClose: string;
  readonly valueOpen: string | undefined;
  readonly valueClose: string;
  /** Tags that are special tokens: dropped outside a call, where other tags are text. */
  readonly stray: readonly string[];
  readonly layout: ValueLayout;
  readonly thinking: ThinkingStyle;
  /** The quote that ends name and key where attributes may follow them in the tag; undefined: there are none. */
  readonly quote?: string;
  /** Whether the attributes of a key say that its value is text, or that it is JSON. */
  valueType?(attributes: string): 'text' | 'json' | undefined;
}

type State = 'free' | 'opened' | 'name' | 'between' | 'key' | 'beforeValue' | 'value';

/** Calls with a tag for each argument. Tolerates missing outer tags and ends, unknown keys, and tags inside values. */
export class ParameterCallParser extends IncrementalParser {
  readonly #style: ParameterStyle;
  #state: State = 'free';
  #name = '';
  #key = '';
  #type: 'text' | 'json' | undefined;
  #written = ''; // the call as text
  #between = ''; // text in the call that is no part of it
  #streamed = '';
  #arguments: TypedArguments | undefined;
  #finished = true; // neither name nor value is open
  #closed = false; // the call's end came

  constructor(options: ParserOptions, style: ParameterStyle) {
    super(options, style.thinking);
    this.#style = style;
  }

  protected step(): boolean {
    switch (this.#state) {
      case 'free':
        return this.#stepFree();
      case 'opened':
        return this.#stepOpened();
      case 'name':
        return this.#stepName();
      case 'between':
        return this.#stepBetween();
      case 'key':
        return this.#stepKey();
      case 'beforeValue':
        return this.#stepBeforeValue();
      case 'value':
        return this.#stepValue();
      default:
        return this.#state satisfies never;
    }
  }

  /** Called after a tag that ends a call or what is around it. */
  protected closed(_tag: string): void {
    // nothing here: for a family with more structure around its calls
  }

  #stepFree(): boolean {
    const { section, callOpen, callClose, nameOpen, stray } = this.#style;
    const ends = [...callClose, ...stray];
    const opens = [...callOpen, ...(section === undefined ? [] : [section])];
    const marker = this.readFree([...opens, ...ends, ...(nameOpen === undefined ? [] : [nameOpen])], ends);
    if (marker === undefined) return false;
    if (callClose.includes(marker)) this.closed(marker);
    else if (marker === nameOpen) this.#beginName();
    else if (callOpen.includes(marker)) {
      this.#written = marker;
      this.#state = 'opened';
    }
    return true;
  }

  /** After the outer tag comes the name's tag or the name. In reasoning the tag may only be mentioned. */
  #stepOpened(): boolean {
    const { nameOpen, callClose } = this.#style;
    const first = this.rest.trimStart();
    const tags = nameOpen === undefined ? callClose : [nameOpen, ...callClose];
    if (!this.ended && tags.some((tag) => tag !== first && tag.startsWith(first))) return false;
    if (nameOpen !== undefined && first.startsWith(nameOpen)) {
      this.rest = first.slice(nameOpen.length);
      this.#beginName();
    } else if (nameOpen === undefined && /^[\w"'`]/.test(first)) {
      this.rest = first;
      this.#beginName();
    } else if (this.replyEnd === 'cut' && (nameOpen ?? '').startsWith(first)) {
      this.rest = '';
      this.#beginName();
    } else {
      if (!callClose.some((tag) => first.startsWith(tag))) this.writeFree(first === '' ? '' : this.#mention());
      this.#state = 'free';
    }
    return true;
  }

  /** Text for an outer tag without a call: the tag in reasoning, empty elsewhere. */
  #mention(): string {
    return this.thinking ? this.#written : '';
  }

  #beginName(): void {
    this.#name = '';
    this.#written = '';
    this.#between = '';
    this.#streamed = '';
    this.#arguments = undefined;
    this.#finished = false;
    this.#closed = false;
    this.#state = 'name';
  }

  #stepName(): boolean {
    const { nameClose, keyOpen, callClose } = this.#style;
    const scan = scanMarkers(this.rest, [...nameClose, keyOpen, ...callClose], this.ended);
    this.#name += scan.before;
    this.rest = scan.rest;
    if (scan.marker === undefined && !this.ended) return false;
    this.#finished = scan.marker !== undefined;
    if (scan.marker !== undefined && !nameClose.includes(scan.marker)) this.rest = scan.marker + this.rest;
    this.#name = this.#withoutAttributes(this.#name).text;
    this.#written = this.#name;
    const known = resolveTool(this.#name, this.tools);
    this.#arguments = new TypedArguments(known?.tool, this.#style.layout);
    if (known) this.output.startCall(`call_${this.callIndex}`, known.tool.name);
    this.#state = 'between';
    return true;
  }

  #stepBetween(): boolean {
    const { keyOpen, callClose, callOpen, nameOpen, valueClose } = this.#style;
    const opens = [...callOpen, ...(nameOpen === undefined ? [] : [nameOpen])];
    const scan = scanMarkers(this.rest, [keyOpen, valueClose, ...callClose, ...opens], this.ended);
    this.#written += scan.before;
    this.#between += scan.before;
    if (scan.marker === undefined) {
      this.rest = scan.rest;
      if (this.ended) this.#endCall();
      return this.ended;
    }
    this.rest = scan.rest;
    if (scan.marker === keyOpen) {
      this.#key = '';
      this.#finished = false;
      this.#state = 'key';
    } else if (callClose.includes(scan.marker)) {
      this.#closed = true;
      this.#endCall();
      this.closed(scan.marker);
    } else if (opens.includes(scan.marker)) {
      this.rest = scan.marker + this.rest;
      this.#closed = true;
      this.#endCall();
    }
    return true;
  }

  #stepKey(): boolean {
    const { keyOpen, keyClose, valueOpen, callClose } = this.#style;
    const ends = [keyOpen, ...callClose];
    const scan = scanMarkers(
      this.rest,
      [keyClose, '\n', ...ends, ...(valueOpen === undefined ? [] : [valueOpen])],
      this.ended,
    );
    this.#key += scan.before;
    this.rest = scan.rest;
    if (scan.marker === undefined && !this.ended) return false;
    const { text, attributes } = this.#withoutAttributes(this.#key);
    this.#key = text.replace(/^["']|["']$/g, '');
    this.#type = this.#style.valueType?.(attributes);
    this.#written += `\n${this.#key}: `;
    if (scan.marker === undefined || ends.includes(scan.marker)) {
      this.#between += ` ${this.#key}`;
      this.rest = (scan.marker ?? '') + this.rest;
      this.#state = 'between';
      return true;
    }
    if (scan.marker === '\n' && valueOpen === undefined) this.rest = `\n${this.rest}`;
    this.#state = valueOpen === undefined || scan.marker === valueOpen ? 'value' : 'beforeValue';
    if (this.#state === 'value') this.#openValue();
    return true;
  }

  #stepBeforeValue(): boolean {
    const valueOpen = this.#style.valueOpen ?? '';
    const first = this.rest.trimStart();
    if (!this.ended && first !== valueOpen && valueOpen.startsWith(first)) return false;
    if (first.startsWith(valueOpen)) this.rest = first.slice(valueOpen.length);
    this.#openValue();
    return true;
  }

  #withoutAttributes(written: string): { readonly text: string; readonly attributes: string } {
    const { quote } = this.#style;
    const end = quote === undefined ? -1 : written.indexOf(quote);
    const attributes = written.slice(end + 1);
    // Anything but attributes is part of a name that nothing has.
    if (end === -1 || !/^(?:\s+[\w-]+="[\w-]*"?)*\s*$/.test(attributes))
      return { text: written.trim(), attributes: '' };
    return { text: written.slice(0, end).trim(), attributes };
  }

  #openValue(): void {
    this.#state = 'value';
    this.#pass(this.#arguments?.open(this.#key, this.#type) ?? '');
  }

  #stepValue(): boolean {
    const { valueClose, keyOpen, callClose } = this.#style;
    const scan = scanMarkers(this.rest, [valueClose, keyOpen, ...callClose], this.ended);
    this.#take(scan.before);
    this.rest = scan.rest;
    if (scan.marker === undefined) {
      if (this.ended) {
        this.#closeValue();
        this.#endCall();
      }
      return this.ended;
    }
    const ends = this.#endsValue(scan.marker);
    if (ends === undefined) {
      this.rest = scan.marker + this.rest;
      return false;
    }
    if (!ends) {
      this.#take(scan.marker);
      return true;
    }
    if (scan.marker !== valueClose) this.rest = scan.marker + this.rest;
    this.#finished = true;
    this.#closeValue();
    this.#state = 'between';
    return true;
  }

  /**
   * Whether a tag ends the value it stands in. An end is followed by another tag of the call; if the end was forgotten,
   * a declared key without a value or the end of the call follows. Undefined: more text is needed.
   */
  #endsValue(marker: string): boolean | undefined {
    const { valueClose, keyOpen, keyClose, callClose, callOpen, nameOpen } = this.#style;
    if (marker === keyOpen) {
      const close = this.rest.indexOf(keyClose);
      if (close === -1 && this.rest.length < 200 && !this.ended) return undefined;
      const key = this.#withoutAttributes(this.rest.slice(0, Math.max(close, 0))).text;
      return this.#arguments?.declares(key) === true && !this.#arguments.has(key) && key !== this.#key;
    }
    const following = this.rest.trimStart();
    const tags = [
      ...callClose,
      ...callOpen,
      ...(nameOpen === undefined ? [] : [nameOpen]),
      ...(marker === valueClose ? [keyOpen] : []),
    ];
    if (following === '') return this.ended ? true : undefined;
    if (tags.some((tag) => following.startsWith(tag))) return true;
    if (!this.ended && tags.some((tag) => tag.startsWith(following))) return undefined;
    // The outermost end needs nothing after it.
    return marker === callClose.at(-1);
  }

  #take(text: string): void {
    this.#written += text;
    this.#pass(this.#arguments?.append(text) ?? '');
  }

  #closeValue(): void {
    this.#pass(this.#arguments?.close() ?? '');
  }

  #pass(piece: string): void {
    this.#streamed += piece;
    this.output.argumentsPiece(piece);
  }

  #endCall(): void {
    const id = `call_${this.callIndex}`;
    const cut = !this.#closed && (!this.#finished || this.replyEnd === 'cut');
    if (this.#name === '' && this.#written.trim() === '' && this.replyEnd !== 'cut') {
      this.#state = 'free';
      return;
    }
    const argumentsText = this.#arguments?.finish() ?? '{}';
    const text = this.#written.trim();
    const repaired = !this.#finished || this.#arguments?.repeated === true;
    const { broken } = this.settle(
      { name: this.#name, idFor: () => id, argumentsText, text, cut, unclosed: !this.#closed, repaired },
      this.#streamed,
    );
    this.#state = 'free';
    if (!broken && this.#between.trim() !== '') this.reread(this.#between);
  }
}
