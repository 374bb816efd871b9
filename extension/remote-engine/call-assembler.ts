import { jsonrepair } from 'jsonrepair';
import type { BrokenToolCall, ToolCall } from '../../native/protocol/chat.ts';
import type { GenerateEvent } from '../../native/protocol/generation.ts';
import { isRecord } from '../workspace/is-record.ts';
import type { CallDelta } from './reply-chunk.ts';

/** A call while it arrives. */
interface OpenCall {
  /** The engine's number for it. */
  readonly slot: number | undefined;
  readonly engineId: string | undefined;
  readonly id: string;
  name: string;
  text: string;
  /** How much of `text` has been told. */
  told: number;
}

export interface AssembledCalls {
  readonly calls: readonly ToolCall[];
  readonly broken: readonly BrokenToolCall[];
}

/**
 * Puts streamed calls together. Engines differ: some number their calls, some give all the same number, some leave the
 * ids out or repeat them, some send arguments as an object. Owns: the calls of one reply, and ids that are unique.
 */
export class CallAssembler {
  readonly #calls: OpenCall[] = [];
  readonly #taken: Set<string>;
  readonly #onEvent: (event: GenerateEvent) => void;

  /** `taken`: ids of the conversation's earlier calls. */
  constructor(taken: Iterable<string>, onEvent: (event: GenerateEvent) => void) {
    this.#taken = new Set(taken);
    this.#onEvent = onEvent;
  }

  get isEmpty(): boolean {
    return this.#calls.length === 0;
  }

  push(delta: CallDelta): void {
    const name = delta.function?.name ?? '';
    const given = delta.function?.arguments;
    const text = typeof given === 'string' ? given : wholeText(given);
    const call = this.#find(delta, name) ?? this.#begin(delta, name);
    if (call.name === '') call.name = name;
    call.text += text;
    this.#tell(call);
  }

  /** A call that stood in the text. */
  add(name: string, argumentsText: string): void {
    this.push({ function: { name, arguments: argumentsText } });
  }

  /** Text that is meant as a call and cannot be read as one. */
  refuse(text: string, advice: string): BrokenToolCall {
    const broken = { text, id: this.#freeId(undefined), name: undefined, advice };
    this.#onEvent({ kind: 'callBroken', index: this.#calls.length, broken });
    return broken;
  }

  /** The reply has ended. `cutOff`: at its limit, so that the last call may be a part of one. */
  end(cutOff: boolean): AssembledCalls {
    const calls: ToolCall[] = [];
    const broken: BrokenToolCall[] = [];
    for (const [index, call] of this.#calls.entries()) {
      const last = index === this.#calls.length - 1;
      const read = readArguments(call, cutOff && last);
      if ('advice' in read) {
        const fault = { text: call.text, id: call.id, name: call.name === '' ? undefined : call.name, ...read };
        broken.push(fault);
        this.#onEvent({ kind: 'callBroken', index, broken: fault });
      } else {
        const done = { id: call.id, name: call.name, arguments: read.text };
        calls.push(done);
        this.#onEvent({ kind: 'callDone', index, ...done, repaired: read.repaired });
      }
    }
    return { calls, broken };
  }

  /** The call that a piece belongs to; undefined when it begins one. */
  #find(delta: CallDelta, name: string): OpenCall | undefined {
    const last = this.#calls.at(-1);
    const id = idOf(delta);
    const slot = delta.index ?? undefined;
    const known = slot === undefined ? last : this.#calls.findLast((call) => call.slot === slot);
    if (known === undefined) return undefined;
    // The same number with another id, or a second whole call without either, is another call.
    if (id !== undefined && known.engineId !== undefined && id !== known.engineId) return undefined;
    if (slot === undefined && id === undefined && name !== '' && isWhole(known.text)) return undefined;
    return known;
  }

  #begin(delta: CallDelta, name: string): OpenCall {
    const engineId = idOf(delta);
    const call: OpenCall = {
      slot: delta.index ?? undefined,
      engineId,
      id: this.#freeId(engineId),
      name,
      text: '',
      told: 0,
    };
    this.#calls.push(call);
    return call;
  }

  #freeId(wanted: string | undefined): string {
    let id = wanted ?? `call_${this.#taken.size}`;
    for (let round = this.#taken.size; this.#taken.has(id); round++) id = `${wanted ?? 'call'}_${round}`;
    this.#taken.add(id);
    return id;
  }

  /** Tells what has arrived, once the name is known. */
  #tell(call: OpenCall): void {
    if (call.name === '') return;
    const argumentsText = call.text.slice(call.told);
    call.told = call.text.length;
    this.#onEvent({ kind: 'call', index: this.#calls.indexOf(call), id: call.id, name: call.name, argumentsText });
  }
}

function readArguments(
  { name, text }: OpenCall,
  cutOff: boolean,
): { readonly text: string; readonly repaired: boolean } | { readonly advice: string } {
  if (name === '') return { advice: 'Error: the call has no name. Call one of the tools by its name.' };
  if (text.trim() === '' && !cutOff) return { text: '{}', repaired: false };
  if (isWhole(text)) return { text, repaired: false };
  if (cutOff)
    return {
      advice: `Error: the reply was too long, and the call of ${name} was cut off. Call it again with less text.`,
    };
  const repaired = repair(text);
  if (repaired !== undefined) return { text: repaired, repaired: true };
  return { advice: `Error: the arguments of ${name} are not a JSON object. Call it again with valid JSON.` };
}

function repair(text: string): string | undefined {
  try {
    const repaired = jsonrepair(text);
    return isWhole(repaired) ? repaired : undefined;
  } catch {
    return undefined; // the model is told
  }
}

function isWhole(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false; // a part of a call, or a broken one
  }
}

function wholeText(value: Readonly<Record<string, unknown>> | null | undefined): string {
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

function idOf({ id }: CallDelta): string | undefined {
  return id === null || id === undefined || id === '' ? undefined : String(id);
}
