import { IncrementalParser, type ThinkingStyle } from './incremental-parser.ts';
import { scanMarkers } from './marker-scanner.ts';
import { NestedArguments } from './nested-arguments.ts';
import type { ParserOptions } from '../tool-format.ts';
import { resolveTool } from './tool-names.ts';

/** A family that writes arguments as tags inside each other, each with a mark in front. */
export interface NestedCallStyle {
  readonly mark: string;
  readonly thinking: ThinkingStyle;
}

/** A tag after the mark; a longer one is none. */
const tagMax = 200;

/** Calls of MiniMax M3. Tolerates missing ends. */
export class NestedCallParser extends IncrementalParser {
  readonly #mark: string;
  #call: { readonly name: string; readonly values: NestedArguments; written: string } | undefined;
  #streamed = '';
  #between = ''; // text in the call that is no part of it

  constructor(options: ParserOptions, { mark, thinking }: NestedCallStyle) {
    super(options, thinking);
    this.#mark = mark;
  }

  protected step(): boolean {
    const call = this.#call;
    if (!call) {
      const marker = this.readFree([this.#mark], []);
      return marker === undefined ? false : marker === '' || this.#stepTag();
    }
    const scan = scanMarkers(this.rest, [this.#mark], this.ended);
    this.#append(scan.before);
    this.rest = scan.rest;
    if (scan.marker !== undefined) return this.#stepTag();
    if (this.ended) this.#endCall(true);
    return this.ended;
  }

  /** Takes the tag after the mark; the mark alone means nothing. */
  #stepTag(): boolean {
    const tag = /^<(\/?)([^<>\n]{1,200})>/.exec(this.rest);
    if (!tag) {
      const mayCome = this.rest.length < tagMax && /^(?:<[^<>\n]*)?$/.test(this.rest);
      if (mayCome && !this.ended) {
        this.rest = this.#mark + this.rest;
        return false;
      }
      if (this.#call && this.ended && this.replyEnd === 'cut') this.rest = '';
      return true;
    }
    const [whole, slash, name = ''] = tag;
    const invoked = /^invoke\s+name="([^"]*)"$/.exec(name);
    const values = this.#call?.values;
    this.rest = this.rest.slice(whole.length);
    if (slash === '') this.#openTag(name, invoked?.[1], whole);
    else if (values?.isOpen && values.openTags[0] === name) this.#closeUpTo(name);
    else if (name === 'invoke' || name === 'tool_call') this.#endCall(false);
    else if (!values) this.rest = whole + this.rest;
    else if (values.isOpen && values.holdsOnlyText) this.#append(this.#mark + whole);
    else if (values.openTags.includes(name)) this.#closeUpTo(name);
    else if (!/^[\w.-]+$/.test(name)) this.#append(whole);
    else if (values.isOpen) this.#closeUpTo(values.openTags[0] ?? '');
    // One end too many: an end before it closed more than its own tag.
    else if (this.#call) this.#call.written += whole;
    return true;
  }

  #openTag(name: string, tool: string | undefined, whole: string): void {
    const call = this.#call;
    if (tool !== undefined && !call?.values.isOpen) {
      if (call) this.#endCall(false);
      this.#begin(tool);
    } else if (call?.values.isOpen && call.values.holdsOnlyText) this.#append(this.#mark + whole);
    else if (call) {
      call.written += `\n${name}: `;
      call.values.open(name);
      this.#stream();
    } else if (name !== 'tool_call') this.rest = whole + this.rest;
  }

  #begin(name: string): void {
    const known = resolveTool(name, this.tools);
    this.#streamed = '';
    this.#between = '';
    this.#call = { name, values: new NestedArguments(known?.tool), written: name };
    if (known) this.output.startCall(this.#id, known.tool.name);
  }

  #append(text: string): void {
    const call = this.#call;
    if (!call) return;
    call.written += text;
    if (!call.values.append(text)) this.#between += text;
    this.#stream();
  }

  #closeUpTo(name: string): void {
    const values = this.#call?.values;
    const open = values?.openTags.slice(0, values.openTags.indexOf(name) + 1) ?? [];
    for (const _ of open) values?.close();
    this.#stream();
  }

  #stream(): void {
    const json = this.#call?.values.json ?? '';
    const piece = json === '{' ? '' : json.slice(this.#streamed.length);
    this.#streamed += piece;
    this.output.argumentsPiece(piece);
  }

  /** `open`: nothing ended it, so it was cut if the reply was. */
  #endCall(open: boolean): void {
    const call = this.#call;
    if (!call) return;
    const id = this.#id;
    const { isOpen } = call.values;
    const written = {
      name: call.name,
      idFor: () => id,
      argumentsText: call.values.finish(),
      text: call.written.trim(),
      cut: open && (isOpen || this.replyEnd === 'cut'),
      unclosed: open,
      repaired: isOpen,
    };
    const { broken } = this.settle(written, this.#streamed);
    this.#call = undefined;
    if (!broken && this.#between.trim() !== '') this.reread(this.#between);
  }

  get #id(): string {
    return `call_${this.callIndex}`;
  }
}
