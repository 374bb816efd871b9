import type { ToolDefinition } from '../../../../protocol/chat.ts';
import type { ReplyEnd } from './argument-reader.ts';
import { settleCall, type WrittenCall } from './call-settling.ts';
import { scanMarkers } from './marker-scanner.ts';
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
  /** Marks of calls are only mentioned in reasoning; without this, a call ends it or stands in it. */
  readonly mentionsCalls?: boolean;
}

export const thinkTags: ThinkingStyle = { open: '<think>', close: '</think>', where: 'anywhere' };
export const thinkTagsAtStart: ThinkingStyle = { ...thinkTags, where: 'start' };

/**
 * Base of all families' parsers: text arrives in `rest` in any pieces, and `step` takes the certain part.
 * Owns: text and reasoning outside calls. Does not own: calls, which the families read.
 */
export abstract class IncrementalParser implements ReplyParser {
  protected rest = '';
  protected replyEnd: ReplyEnd = 'open';
  protected thinking: boolean;
  protected readonly output = new ReplyOutput();
  protected readonly tools: readonly ToolDefinition[];
  readonly #style: ThinkingStyle;
  readonly #nextCallIndex: number;

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
    while (this.step()) continue;
    return this.output.take();
  }

  end(truncated: boolean): ReplyEvent[] {
    if (this.ended) return [];
    this.replyEnd = truncated ? 'cut' : 'ended';
    while (this.step()) continue;
    this.output.finish();
    return this.output.take();
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

  /** Passes on text and reasoning up to the first of `markers`, which is taken and returned. */
  protected readFree(markers: readonly string[]): string | undefined {
    const { open, close, answer = [], mentionsCalls = false } = this.#style;
    const sought = this.thinking && mentionsCalls ? [] : markers;
    const scan = scanMarkers(this.rest, [...sought, ...answer, ...this.#tags()], this.ended);
    this.writeFree(scan.before);
    this.rest = scan.rest;
    if (scan.marker === undefined) return undefined;
    if (answer.includes(scan.marker)) {
      this.thinking = false;
      return '';
    }
    if (scan.marker !== open && scan.marker !== close) return scan.marker;
    if (!this.#tags().includes(scan.marker)) this.writeFree(scan.marker);
    else this.thinking = scan.marker === open;
    return '';
  }

  protected writeFree(text: string): void {
    if (this.thinking) this.output.reasoning(text);
    else this.output.text(text);
  }

  /** Ends the call being read; `streamed` is the part of its arguments already passed on. */
  protected settle(written: WrittenCall, streamed: string): { readonly id: string; readonly broken: boolean } {
    const settled = settleCall(written, this.tools, streamed);
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
