import type { GenerateEvent } from '../../../../protocol/generation.ts';

type CallEvent = Extract<GenerateEvent, { kind: 'call' | 'callDone' }>;

/** A call's part of a streamed chunk: id and name come once, arguments in pieces. */
interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly type?: 'function';
  readonly function: { readonly name?: string; readonly arguments: string };
}

interface OpenCall {
  id: string;
  name: string;
  /** Index among the sent calls; undefined before the first delta. */
  index: number | undefined;
  sent: string;
}

/**
 * Turns the calls of one reply into deltas, numbered from 0 in order of appearance. A call is announced with its first
 * piece of arguments. A call that breaks earlier, or changes its name, is never sent.
 */
export class ToolCallDeltas {
  readonly #calls = new Map<number, OpenCall>();
  #announced = 0;

  /** The deltas for new text; none if all of it was sent. */
  push(event: CallEvent): ToolCallDelta[] {
    const call = this.#calls.get(event.index) ?? { id: event.id, name: event.name, index: undefined, sent: '' };
    this.#calls.set(event.index, call);
    if (call.index === undefined) Object.assign(call, { id: event.id, name: event.name });
    const piece = event.kind === 'call' ? event.argumentsText : missing(call.sent, event.arguments);
    const header: ToolCallDelta[] = [];
    if (call.index === undefined && (piece !== '' || event.kind === 'callDone')) {
      call.index = this.#announced;
      this.#announced += 1;
      header.push({ index: call.index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } });
    }
    if (piece === '' || call.index === undefined) return header;
    call.sent += piece;
    return [...header, { index: call.index, function: { arguments: piece } }];
  }
}

/** Text that a finished call adds to the sent text: a repair may close brackets that the model left open. */
function missing(sent: string, whole: string): string {
  return whole.startsWith(sent) ? whole.slice(sent.length) : '';
}
