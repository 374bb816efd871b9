import type { ToolCall } from '../../../../protocol/chat.ts';
import type { ReplyEvent } from '../tool-format.ts';
import type { SettledCall } from './call-settling.ts';

/**
 * Collects the events of a reply. Owns: their order and numbering, and white space between the parts (layout around
 * reasoning and calls is not text). Does not own: reading markers.
 */
export class ReplyOutput {
  #events: ReplyEvent[] = [];
  #space = ''; // white space after the last text, which is text only if text follows
  #gap = ''; // white space since the last interruption
  #reasoningSpace = '';
  #interrupted = false; // reasoning or a call came since the last text
  #hasText = false;
  #hasReasoning = false;
  #calls = 0;
  #started: { readonly id: string; readonly name: string } | undefined;

  /** One that goes on from here and has no events yet. */
  copy(): ReplyOutput {
    const copy = new ReplyOutput();
    copy.#space = this.#space;
    copy.#gap = this.#gap;
    copy.#reasoningSpace = this.#reasoningSpace;
    copy.#interrupted = this.#interrupted;
    copy.#hasText = this.#hasText;
    copy.#hasReasoning = this.#hasReasoning;
    copy.#calls = this.#calls;
    return copy;
  }

  /** Whether visible text has been written. */
  get hasText(): boolean {
    return this.#hasText;
  }

  get calls(): number {
    return this.#calls;
  }

  get callStarted(): boolean {
    return this.#started !== undefined;
  }

  text(text: string): void {
    const body = text.trim();
    const lead = body === '' ? text : text.slice(0, text.length - text.trimStart().length);
    if (this.#interrupted) this.#gap += lead;
    else this.#space += lead;
    if (body === '') return;
    this.#emit({ kind: 'text', text: this.#between() + body });
    this.#space = text.slice(lead.length + body.length);
    this.#gap = '';
    this.#hasText = true;
    this.#interrupted = false;
  }

  reasoning(text: string): void {
    this.#interrupt();
    const body = text.trimEnd();
    if (body === '') {
      if (this.#hasReasoning) this.#reasoningSpace += text;
      return;
    }
    const start = this.#hasReasoning ? body : body.trimStart();
    this.#emit({ kind: 'reasoning', text: this.#reasoningSpace + start });
    this.#reasoningSpace = text.slice(body.length);
    this.#hasReasoning = true;
  }

  /** Ends a message: the texts before and after are on separate lines. */
  divide(): void {
    this.#interrupt();
    if (this.#hasReasoning) this.#reasoningSpace ||= '\n';
  }

  /** The call's name is known. Its arguments may follow piece by piece. */
  startCall(id: string, name: string): void {
    this.#interrupt();
    this.#started = { id, name };
    this.#emit({ kind: 'call', index: this.#calls, id, name, argumentsText: '' });
  }

  argumentsPiece(text: string): void {
    if (this.#started && text !== '')
      this.#emit({ kind: 'call', index: this.#calls, ...this.#started, argumentsText: text });
  }

  /** Ends the call, started or not. `streamed`: its argument pieces so far, joined. */
  endCall(settled: SettledCall, streamed: string): void {
    this.#interrupt();
    if (settled.kind === 'call') {
      this.#complete(settled.call, settled.repaired, streamed);
    } else {
      this.#emit({ kind: 'callBroken', index: this.#calls, broken: settled.broken });
    }
    this.#started = undefined;
    this.#calls += 1;
  }

  /** Ends the reply: trailing white space of plain text belongs to the text. */
  finish(): void {
    if (!this.#interrupted && this.#space !== '') this.#emit({ kind: 'text', text: this.#space });
    this.#space = '';
  }

  /** The events since the last time. */
  take(): ReplyEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #complete(call: ToolCall, repaired: boolean, streamed: string): void {
    const named = this.#started?.id === call.id && this.#started.name === call.name;
    if (!named) this.startCall(call.id, call.name);
    if (call.arguments.startsWith(named ? streamed : ''))
      this.argumentsPiece(call.arguments.slice(named ? streamed.length : 0));
    this.#emit({ kind: 'callDone', index: this.#calls, ...call, repaired });
  }

  /** White space before the text that comes now. */
  #between(): string {
    if (!this.#interrupted) return this.#space;
    return this.#hasText ? this.#space + this.#gap || '\n' : indentation(this.#gap);
  }

  #interrupt(): void {
    this.#gap = '';
    this.#interrupted = true;
  }

  #emit(event: ReplyEvent): void {
    const last = this.#events.at(-1);
    if ((event.kind === 'text' || event.kind === 'reasoning') && last?.kind === event.kind) {
      this.#events[this.#events.length - 1] = { kind: event.kind, text: last.text + event.text };
    } else {
      this.#events.push(event);
    }
  }
}

/** Of white space after reasoning, only the indentation of a following line is text. */
function indentation(space: string): string {
  const line = space.lastIndexOf('\n');
  return line === -1 ? '' : space.slice(line + 1);
}
