import { randomUUID } from 'node:crypto';
import type { AnswerPiece, AnswerSink } from '../../chat-turn.ts';

type Item = Record<string, unknown>;
type CallPiece = Extract<AnswerPiece, { kind: 'call' }>;

/** How an item of text is called in events. */
const words = {
  text: { type: 'message', prefix: 'msg', part: 'output_text', event: 'output_text' },
  reasoning: { type: 'reasoning', prefix: 'rs', part: 'reasoning_text', event: 'reasoning_text' },
} as const;

interface OpenItem {
  readonly kind: keyof typeof words;
  readonly id: string;
  text: string;
}

/** The items of one answer, and the events that tell of them. Owns: their order and shape. */
export class ResponseItems implements AnswerSink {
  readonly output: Item[] = [];
  readonly #send: (event: object) => void;
  readonly #begin: () => void;
  #open: OpenItem | undefined;

  /** `begin` is called when the request is accepted, before the first `send`. */
  constructor(send: (event: object) => void, begin: () => void) {
    this.#send = send;
    this.#begin = begin;
  }

  open(): void {
    this.#begin();
  }

  begin(): void {
    this.#begin();
  }

  piece(piece: AnswerPiece): void {
    if (piece.kind === 'call') {
      this.#call(piece);
      return;
    }
    const item = this.#open?.kind === piece.kind ? this.#open : this.#start(piece.kind);
    item.text += piece.text;
    this.#tell(item, `${words[item.kind].event}.delta`, { delta: piece.text, ...logprobs(item) });
  }

  /** Ends the last item. */
  finish(): void {
    const item = this.#open;
    if (item === undefined) return;
    this.#open = undefined;
    this.#tell(item, `${words[item.kind].event}.done`, { text: item.text, ...logprobs(item) });
    this.#tell(item, 'content_part.done', { part: part(item) });
    this.#end(bodyOf(item, 'completed'));
  }

  #start(kind: OpenItem['kind']): OpenItem {
    this.finish();
    const item: OpenItem = { kind, id: newId(words[kind].prefix), text: '' };
    this.#open = item;
    this.#added({ ...bodyOf(item, 'in_progress'), content: [] });
    this.#tell(item, 'content_part.added', { part: part(item) });
    return item;
  }

  #call(piece: CallPiece): void {
    this.finish();
    const id = newId('fc');
    const item = (status: string, text: string): Item => ({
      type: 'function_call',
      id,
      call_id: piece.id,
      name: piece.name,
      arguments: text,
      status,
    });
    const place = { item_id: id, output_index: this.output.length };
    this.#added(item('in_progress', ''));
    this.#send({ type: 'response.function_call_arguments.delta', ...place, delta: piece.arguments });
    const done = { ...place, name: piece.name, arguments: piece.arguments };
    this.#send({ type: 'response.function_call_arguments.done', ...done });
    this.#end(item('completed', piece.arguments));
  }

  #added(item: Item): void {
    this.#send({ type: 'response.output_item.added', output_index: this.output.length, item });
  }

  #end(item: Item): void {
    this.#send({ type: 'response.output_item.done', output_index: this.output.length, item });
    this.output.push(item);
  }

  #tell(item: OpenItem, event: string, facts: object): void {
    const place = { item_id: item.id, output_index: this.output.length, content_index: 0 };
    this.#send({ type: `response.${event}`, ...place, ...facts });
  }
}

function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}

function bodyOf(item: OpenItem, status: string): Item {
  const { id, kind } = item;
  const content = [part(item)];
  return kind === 'text'
    ? { type: 'message', id, role: 'assistant', status, content }
    : { type: 'reasoning', id, summary: [], status, content };
}

function part({ kind, text }: OpenItem): object {
  return kind === 'text'
    ? { type: 'output_text', text, annotations: [], logprobs: [] }
    : { type: 'reasoning_text', text };
}

function logprobs({ kind }: OpenItem): object {
  return kind === 'text' ? { logprobs: [] } : {};
}
