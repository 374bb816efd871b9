import type { GenerateEvent } from '../../protocol/generation.ts';

type CallEvent = Extract<GenerateEvent, { kind: 'call' | 'callDone' }>;

/** A call's part of a streamed chunk: id and name come once, arguments in pieces. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function: { readonly name?: string; readonly arguments: string };
}

/** Turns the calls of one reply into deltas, numbered from 0 in the order in which they appear. */
export class ToolCallDeltas {
  readonly #calls = new Map<number, { readonly index: number; sent: string }>();

  /** The deltas for what is new; none when all of it was sent. */
  push(event: CallEvent): ToolCallDelta[] {
    const known = this.#calls.get(event.index);
    const call = known ?? { index: this.#calls.size, sent: '' };
    const header: ToolCallDelta[] = [];
    if (known === undefined) {
      this.#calls.set(event.index, call);
      header.push({ index: call.index, id: event.id, type: 'function', function: { name: event.name, arguments: '' } });
    }
    const piece = event.kind === 'call' ? event.argumentsText : missing(call.sent, event.arguments);
    call.sent += piece;
    return piece === '' ? header : [...header, { index: call.index, function: { arguments: piece } }];
  }
}

/** What a finished call adds to what was sent: a repair may close what the model left open. */
function missing(sent: string, whole: string): string {
  return whole.startsWith(sent) ? whole.slice(sent.length) : '';
}
