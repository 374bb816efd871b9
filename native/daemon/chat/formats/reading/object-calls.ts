import { ArgumentReader, type ReadArguments } from './argument-reader.ts';
import { parseJson } from './argument-repair.ts';
import { IncrementalParser, type ThinkingStyle } from './incremental-parser.ts';
import { isArgumentsKey, isNameKey, mayBeginCall, readNamedObjects } from './named-object.ts';
import type { ParserOptions } from '../tool-format.ts';
import type { JsonMember } from './streaming-json.ts';
import { resolveTool } from './tool-names.ts';

/** A family that writes calls as `{"name": ..., "arguments": ...}` between tags. */
export interface ObjectStyle {
  /** Tags that begin a call; after a tentative one an object may also be no call, and is text then. */
  readonly open: readonly { readonly tag: string; readonly tentative: boolean }[];
  readonly close: readonly string[];
  /** A reply that begins with an object naming a tool is a call without tags. */
  readonly bare: boolean;
  /** The objects of one tag stand in a list. */
  readonly list?: boolean;
  /** An object's only key is the name of the tool. */
  readonly keyed?: boolean;
  readonly thinking: ThinkingStyle;
}

/** A call being read, with the text to show if it turns out to be none. */
interface OpenCall {
  readonly tag: string;
  readonly tentative: boolean;
  lead: string; // white space and fences between tag and object
  readonly reader: ArgumentReader;
}

/** The end of a code block. */
const fence = '```';

/** Calls of Hermes, Qwen, Llama 3 and prompted models. Tolerates missing ends, lists, several objects in one tag. */
export class ObjectCallParser extends IncrementalParser {
  readonly #style: ObjectStyle;
  readonly #tags: readonly string[];
  readonly #ends: readonly string[];
  #call: OpenCall | undefined;
  #streamed = '';
  #argumentsAt: number | undefined;
  #bare: boolean;
  #trust: 'strings' | 'markers' = 'strings';

  constructor(options: ParserOptions, style: ObjectStyle) {
    super(options, style.thinking);
    this.#style = style;
    this.#tags = style.open.map((open) => open.tag);
    this.#ends = [...style.close, ...style.open.filter((open) => !open.tentative).map((open) => open.tag)];
    this.#bare = style.bare && this.tools.length > 0;
  }

  protected step(): boolean {
    return this.#call ? this.#stepCall(this.#call) : this.#stepFree();
  }

  /** Called for a tag before anything else; true when the family reads what follows in its own way. */
  protected ownTag(_tag: string): boolean {
    return false;
  }

  #stepFree(): boolean {
    if (this.output.hasText) this.#bare = false;
    if (this.#bare && !this.thinking) {
      const first = this.rest.trimStart();
      if (first === '' && !this.ended) return false;
      // Reasoning may still come first.
      const { open } = this.#style.thinking;
      const reasons = first.startsWith(open) || (!this.ended && open.startsWith(first));
      if (!reasons && (first.startsWith('{') || first.startsWith('['))) {
        this.#open('', true);
        return true;
      }
      this.#bare = reasons || first.startsWith('<');
    }
    const ends = this.#style.close.filter((tag) => tag !== fence);
    const marker = this.readFree([...this.#tags, ...ends], ends);
    if (marker === undefined) return false;
    const open = this.#style.open.find((one) => one.tag === marker);
    if (open) this.#openTag(open);
    return true;
  }

  /** Begins a call as if `tag` had just come. */
  protected openCall(tag: string): void {
    this.#open(tag, false);
  }

  #openTag(open: { readonly tag: string; readonly tentative: boolean }): void {
    if (this.ownTag(open.tag)) return;
    // In reasoning and in code a tag is often only mentioned.
    this.#open(open.tag, open.tentative || this.thinking || this.inCode);
  }

  #open(tag: string, tentative: boolean): void {
    this.#call = { tag, tentative, lead: '', reader: new ArgumentReader(this.#ends, this.#trust) };
    this.#streamed = '';
    this.#argumentsAt = undefined;
  }

  #stepCall(call: OpenCall): boolean {
    if (!this.#takeLead(call)) return false;
    const result = call.reader.read(this.rest, this.replyEnd);
    if (call.tentative && this.#isNoCall(call))
      return this.#giveBack(call, following(result), 'raw' in result ? result.raw : undefined);
    this.#stream(call);
    if ('waiting' in result) {
      this.rest = result.waiting;
      return false;
    }
    return this.#endCall(call, result);
  }

  /** Takes the text allowed before the object; false if more text is needed. */
  #takeLead(call: OpenCall): boolean {
    if (call.reader.json.started || call.reader.json.broken) return true;
    const pattern = this.#style.list ? /^(?:[\s[]|```[a-z_]*)*/ : /^(?:\s|```[a-z_]*)*/;
    const lead = pattern.exec(this.rest)?.[0] ?? '';
    if (!this.ended && (lead.length === this.rest.length || /^`{1,2}$/.test(this.rest.slice(lead.length))))
      return false;
    if (!this.ended && lead.endsWith('`') && lead.length === this.rest.length) return false;
    call.lead += lead;
    this.rest = this.rest.slice(lead.length);
    return true;
  }

  #isNoCall(call: OpenCall): boolean {
    const { json } = call.reader;
    if (this.output.callStarted) return false;
    if (json.broken) return json.members.length === 0;
    const [first] = json.members;
    return first !== undefined && !mayBeginCall(first.key, this.tools);
  }

  #stream(call: OpenCall): void {
    const { json } = call.reader;
    const { text, from } = call.reader.takePiece();
    if (this.#argumentsAt === undefined) {
      const { name: value, written } = this.#style.keyed ? keyedStart(json.members) : namedStart(call.reader);
      if (!written || from + text.length <= written.start) return;
      const known = typeof value === 'string' ? resolveTool(value, this.tools) : undefined;
      this.#argumentsAt = known && call.reader.raw.charAt(written.start) === '{' ? written.start : -1;
      if (!known || this.#argumentsAt === -1) return;
      this.output.startCall(this.#nextId(), known.tool.name);
      this.#pass(call.reader.raw.slice(written.start, Math.min(from + text.length, written.end ?? Infinity)));
      return;
    }
    const written = json.members.find((member) => member.start === this.#argumentsAt);
    if (written) this.#pass(text.slice(0, Math.max(0, (written?.end ?? Infinity) - from)));
  }

  #pass(piece: string): void {
    this.#streamed += piece;
    this.output.argumentsPiece(piece);
  }

  #endCall(call: OpenCall, result: ReadArguments): boolean {
    const found = readNamedObjects(
      result.raw,
      call.reader.json.complete ? call.reader.json.members : [],
      this.tools,
      this.#style.keyed,
    );
    const known = found.some((one) => resolveTool(one.name, this.tools));
    const blank = result.raw.trim() === '';
    if (call.tentative && !known && !this.output.callStarted) {
      return this.#giveBack(call, following(result), result.raw);
    }
    if (this.ended && result.rest !== '') this.#trust = 'markers';
    this.rest = result.rest;
    const cut = result.open && (this.replyEnd === 'cut' || this.#isHalf(call.reader));
    if (found.length === 0 && (!blank || cut))
      this.#settleOne({ name: this.#nameIn(call.reader), argumentsText: result.raw, repaired: true }, result.raw, cut);
    for (const one of found) this.#settleOne(one, result.raw, cut);
    if (this.inCode && (result.marker === fence || result.junk.includes('`'))) this.writeFree(fence);
    this.#call = undefined;
    this.#bare = false;
    this.#after(result);
    return true;
  }

  /** Another object may follow in the same tag, or a tag that began while this call was still open. */
  #after(result: ReadArguments): void {
    const again = this.#style.open.find((open) => open.tag === result.marker);
    if (again) this.#openTag(again);
    else if (result.marker === undefined && this.rest.startsWith('{')) this.#open('', this.#style.list !== true);
  }

  /** Whether the reply ended within the arguments; what is around them may be missing. */
  #isHalf({ json, raw, isHalf }: ArgumentReader): boolean {
    if (json.broken || !isHalf) return isHalf;
    if (!json.rootIsObject) return json.depth > 1 || !/\}\s*$/.test(raw);
    const isWhole = (member: JsonMember): boolean =>
      member.end !== undefined &&
      (this.#style.keyed === true ||
        isArgumentsKey(member.key) ||
        (isNameKey(member.key) && raw[member.start] === '{'));
    return !json.members.some(isWhole);
  }

  /** The tool's name in text that holds no whole object. */
  #nameIn({ json, raw }: ArgumentReader): string {
    return this.#style.keyed ? (json.members[0]?.key ?? '') : nameIn(raw);
  }

  #settleOne(one: { name: string; argumentsText: string; repaired: boolean }, raw: string, cut: boolean): void {
    const id = this.#nextId();
    const { name, argumentsText, repaired } = one;
    this.settle({ name, idFor: () => id, argumentsText, text: raw.trim(), cut, repaired }, this.#streamed);
    this.#streamed = '';
  }

  /** Not a call after all: shows the tag as text, and rereads the text after it. */
  #giveBack(call: OpenCall, next: string, raw = call.reader.raw): boolean {
    this.#call = undefined;
    this.#bare = false;
    const shown = call.tag + call.lead || raw.charAt(0);
    this.rest = (call.tag + call.lead + raw).slice(shown.length) + next;
    this.writeFree(shown);
    return true;
  }

  #nextId(): string {
    return `call_${this.callIndex}`;
  }
}

/** Name and arguments of an object that is not at its end; each undefined as long as it is not known. */
interface CallStart {
  readonly name: unknown;
  readonly written: JsonMember | undefined;
}

function namedStart({ json, raw }: ArgumentReader): CallStart {
  const name = json.members.find((member) => isNameKey(member.key) && member.end !== undefined);
  const written = name && json.members.find((member) => isArgumentsKey(member.key));
  return { name: name && parseJson(raw.slice(name.start, name.end))?.value, written };
}

function keyedStart([first]: readonly JsonMember[]): CallStart {
  return { name: first?.key, written: first };
}

/** The text after the object. */
function following(result: { readonly waiting: string } | ReadArguments): string {
  return 'waiting' in result ? result.waiting : result.junk + (result.marker ?? '') + result.rest;
}

/** The tool's name in text that cannot be read as JSON. */
function nameIn(raw: string): string {
  return /["']?(?:name|function|tool)["']?\s*[:=]\s*["']([^"'\n]{1,100})["']/.exec(raw)?.[1] ?? '';
}
