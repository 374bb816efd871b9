import type { ToolDefinition } from '../../../../protocol/chat.ts';
import type { ReplyEnd } from './argument-reader.ts';
import { settleCall, type WrittenCall } from './call-settling.ts';
import { scanMarkers } from './marker-scanner.ts';
import { QuotedText } from './quoted-text.ts';
import { ReplyOutput } from './reply-output.ts';
import type { ParserOptions, ReplyEvent, ReplyParser } from '../tool-format.ts';

/** How a family writes reasoning. */
export interface ThinkingStyle {
  readonly open: string;
  readonly close: string;
  /** `anywhere`: the tags are markers wherever they stand; `start`: only before any text, elsewhere they are text. */
  readonly where: 'anywhere' | 'start';
  /** Other marks at which reasoning ends and the answer begins. They are never text. */
  readonly answer?: readonly string[];
}

export const thinkTags: ThinkingStyle = { open: '<think>', close: '</think>', where: 'anywhere' };
export const thinkTagsAtStart: ThinkingStyle = { ...thinkTags, where: 'start' };

/** A call in reasoning or in code: it is made only if nothing follows it, and is a quotation else. */
interface PossibleCall {
  /** The output up to it. */
  readonly before: ReplyOutput;
  readonly inReasoning: boolean;
  /** The text of the reply from its mark on. */
  text: string;
  /** Where in the text the mark stands that ended the reasoning around it, and the text after that. */
  close: { readonly at: number; end: number } | undefined;
}

/**
 * Base of all families' parsers: text arrives in `rest` in any pieces, and `step` takes the certain part.
 * Owns: text and reasoning outside calls, and what is only the quotation of a call. Does not own: calls, which the
 * families read.
 */
export abstract class IncrementalParser implements ReplyParser {
  protected rest = '';
  protected replyEnd: ReplyEnd = 'open';
  protected thinking: boolean;
  protected output = new ReplyOutput();
  protected readonly tools: readonly ToolDefinition[];
  readonly #style: ThinkingStyle;
  readonly #nextCallIndex: number;
  readonly #answer = new QuotedText();
  #possible: PossibleCall | undefined;

  constructor(options: ParserOptions, style: ThinkingStyle) {
    // With choice `none` the parser knows no tools, so that a call is broken.
    this.tools = options.choice === 'none' ? [] : options.tools;
    this.#nextCallIndex = options.nextCallIndex;
    this.#style = style;
    this.thinking = promptOpensThinking(options.prompt, style);
  }

  push(text: string): ReplyEvent[] {
    if (this.ended) return [];
    this.rest += text;
    if (this.#possible) this.#possible.text += text;
    while (this.step()) continue;
    return (this.#possible?.before ?? this.output).take();
  }

  end(truncated: boolean): ReplyEvent[] {
    if (this.ended) return [];
    this.replyEnd = truncated ? 'cut' : 'ended';
    while (this.step()) continue;
    const events = this.#endPossible();
    this.output.finish();
    return [...events, ...this.output.take()];
  }

  /** Takes something from `rest` or moves to another state; false when more text is needed. At the end takes all. */
  protected abstract step(): boolean;

  protected get ended(): boolean {
    return this.replyEnd !== 'open';
  }

  /** Index of the call that comes next, counted through the conversation. */
  protected get callIndex(): number {
    return this.#nextCallIndex + this.output.calls;
  }

  /**
   * Passes on text and reasoning up to the first of `markers`, which is taken and returned; `ends` are those of them
   * that begin no call.
   */
  protected readFree(markers: readonly string[], ends: readonly string[]): string | undefined {
    const { open, close, answer = [] } = this.#style;
    const scan = scanMarkers(this.rest, [...markers, ...answer, ...this.#tags()], this.ended);
    const { marker } = scan;
    this.rest = (marker ?? '') + scan.rest;
    this.writeFree(scan.before);
    this.rest = scan.rest;
    if (marker === undefined) return undefined;
    if (answer.includes(marker) || marker === open || marker === close) {
      if (this.#tags().includes(marker) || answer.includes(marker)) this.#setThinking(marker === open, marker);
      else this.writeFree(marker);
      return '';
    }
    if (!ends.includes(marker)) this.#beginCall(marker);
    else if (this.#possible) this.#passEnd(this.#possible);
    return marker;
  }

  protected writeFree(text: string): void {
    if (this.#possible && text.trim() !== '') this.#quotePossible();
    else if (this.#possible) this.output.text(text);
    else if (this.thinking) this.output.reasoning(text);
    else this.#writeText(text);
  }

  /** Text within the call just read that is no part of it: it comes after the call. */
  protected reread(text: string): void {
    if (this.#possible) this.writeFree(text);
    else this.rest = text + this.rest;
  }

  /** Whether calls are often only mentioned where the reply is. */
  protected get isQuoting(): boolean {
    return this.thinking || this.#answer.isOpen;
  }

  /** Whether the call being read may turn out to be a quotation. */
  protected get mayBeQuoted(): boolean {
    return this.#possible !== undefined;
  }

  /** Whether the call being read is in a code block or in code within a line. */
  protected get inCode(): boolean {
    return this.#possible?.inReasoning === false;
  }

  /** Called when calls turn out to be a quotation. */
  protected forgetCalls(): void {
    // nothing here: for a family that remembers its calls
  }

  #writeText(text: string): void {
    this.#answer.append(text);
    this.output.text(text);
  }

  #setThinking(thinking: boolean, marker: string): void {
    const possible = this.#possible;
    if (possible && thinking) this.#quoteBefore(marker);
    else if (possible?.close) this.#passEnd(possible);
    else if (possible && this.thinking) {
      const end = possible.text.length - this.rest.length;
      possible.close = { at: end - marker.length, end };
    }
    this.thinking = thinking;
  }

  /** Before a call that is certain, a possible one was a quotation. */
  #beginCall(marker: string): void {
    const isPossible = this.isQuoting;
    if (this.#possible) {
      if (!isPossible) this.#quoteBefore(marker);
    } else if (isPossible) {
      const { thinking: inReasoning, output: before } = this;
      this.#possible = { before, inReasoning, text: marker + this.rest, close: undefined };
      this.output = before.copy();
    }
  }

  /** A mark after reasoning is not shown, whatever the call was. */
  #passEnd({ close, text }: PossibleCall): void {
    if (close) close.end = text.length - this.rest.length;
  }

  #quoteBefore(marker: string): void {
    this.rest = marker + this.rest;
    this.#quotePossible();
    this.rest = this.rest.slice(marker.length);
  }

  /** Shows what has been taken since the mark as the text it was. */
  #quotePossible(): void {
    const possible = this.#possible;
    if (!possible) return;
    this.#possible = undefined;
    this.output = possible.before;
    this.forgetCalls();
    const taken = possible.text.slice(0, possible.text.length - this.rest.length);
    const { at, end } = possible.close ?? { at: taken.length, end: taken.length };
    if (possible.inReasoning) this.output.reasoning(taken.slice(0, at));
    else this.#writeText(taken.slice(0, at));
    this.#writeText(taken.slice(end));
  }

  /** At the end of the reply nothing can follow: the call counts. Returns the events before it. */
  #endPossible(): ReplyEvent[] {
    const possible = this.#possible;
    if (!possible) return [];
    if (this.output.calls === possible.before.calls) {
      this.rest = '';
      this.#quotePossible();
      return [];
    }
    this.#possible = undefined;
    return possible.before.take();
  }

  /** Ends the call being read; `streamed` is the part of its arguments already passed on. */
  protected settle(written: WrittenCall, streamed: string): { readonly id: string; readonly broken: boolean } {
    const place = { isFree: this.mayBeQuoted, stopped: this.replyEnd === 'ended' };
    const settled = settleCall({ ...written, ...place }, this.tools, streamed);
    this.output.endCall(settled, streamed);
    return settled.kind === 'call' ? { id: settled.call.id, broken: false } : { id: settled.broken.id, broken: true };
  }

  #tags(): readonly string[] {
    const { open, close, where } = this.#style;
    if (where === 'anywhere') return [open, close];
    if (this.thinking) return [close];
    return this.output.hasText || this.output.calls > 0 ? [] : [open];
  }
}

/** Whether the prompt ends inside reasoning that the template opened. */
export function promptOpensThinking(prompt: string, style: ThinkingStyle = thinkTags): boolean {
  return prompt.trimEnd().endsWith(style.open);
}
