import { randomUUID } from 'node:crypto';
import type { GenerateResult } from '../../../protocol/generation.ts';
import type { AnswerPiece, AnswerSink } from '../chat-turn.ts';
import type { EndpointModel } from '../endpoint-model.ts';
import type { EventStream } from '../wire/event-stream.ts';

type BlockKind = AnswerPiece['kind'];

/** The blocks of an answer, each with all of its text. Thoughts are left out when the client did not ask for them. */
export class MessageBlocks implements AnswerSink {
  readonly content: Record<string, unknown>[] = [];
  readonly #thinking: boolean;

  constructor(thinking: boolean) {
    this.#thinking = thinking;
  }

  open(): void {}

  begin(): void {}

  piece(piece: AnswerPiece): void {
    if (piece.kind === 'reasoning' && !this.#thinking) return;
    if (piece.kind === 'call') this.content.push(toolUse(piece, parsed(piece.arguments)));
    else {
      const name = piece.kind === 'text' ? 'text' : 'thinking';
      const last = this.content.at(-1);
      if (last?.type === name) last[name] = `${String(last[name])}${piece.text}`;
      else this.content.push({ ...emptyBlock(piece), [name]: piece.text });
    }
  }
}

/** Writes an answer as Anthropic's events. Owns: their order and shape. */
export class MessageStream implements AnswerSink {
  readonly #events: EventStream;
  readonly #message: object;
  readonly #thinking: boolean;
  #begun = false;
  #block: BlockKind | undefined;
  #blocks = 0;

  constructor(events: EventStream, model: EndpointModel, thinking: boolean) {
    this.#events = events;
    this.#message = emptyMessage(model);
    this.#thinking = thinking;
  }

  open(): void {
    this.#events.open();
  }

  begin({ reused, total }: { readonly reused: number; readonly total: number }): void {
    if (this.#begun) return; // it is told again while the prompt is computed
    this.#begun = true;
    const usage = usageBody({ reused, computed: total - reused, generated: 0 });
    this.#events.send({
      type: 'message_start',
      message: { ...this.#message, content: [], stop_reason: null, stop_sequence: null, usage },
    });
  }

  piece(piece: AnswerPiece): void {
    if (piece.kind === 'reasoning' && !this.#thinking) return;
    if (piece.kind !== this.#block || piece.kind === 'call') this.#start(piece);
    this.#events.send({ type: 'content_block_delta', index: this.#blocks - 1, delta: deltaOf(piece) });
  }

  /** Writes the last events. */
  finish(result: GenerateResult): void {
    this.begin({ reused: result.usage.reused, total: result.usage.reused + result.usage.computed });
    this.#stop();
    this.#events.send({
      type: 'message_delta',
      delta: stopOf(result),
      usage: usageBody(result.usage),
    });
    this.#events.send({ type: 'message_stop' });
  }

  #start(piece: AnswerPiece): void {
    this.#stop();
    this.#block = piece.kind;
    this.#events.send({ type: 'content_block_start', index: this.#blocks, content_block: emptyBlock(piece) });
    this.#blocks += 1;
  }

  #stop(): void {
    if (this.#block !== undefined) this.#events.send({ type: 'content_block_stop', index: this.#blocks - 1 });
    this.#block = undefined;
  }
}

/** The whole answer as one body. */
export function messageBody(model: EndpointModel, result: GenerateResult, content: readonly object[]): object {
  return {
    ...emptyMessage(model),
    content,
    ...stopOf(result),
    usage: usageBody(result.usage),
  };
}

function emptyMessage(model: EndpointModel): object {
  return {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    type: 'message',
    role: 'assistant',
    model: model.loaded.name,
  };
}

function emptyBlock(piece: AnswerPiece): Record<string, unknown> {
  switch (piece.kind) {
    case 'text':
      return { type: 'text', text: '' };
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'call':
      return toolUse(piece, {});
  }
}

function toolUse({ id, name }: Extract<AnswerPiece, { kind: 'call' }>, input: unknown): Record<string, unknown> {
  return { type: 'tool_use', id, name, input };
}

function deltaOf(piece: AnswerPiece): object {
  switch (piece.kind) {
    case 'text':
      return { type: 'text_delta', text: piece.text };
    case 'reasoning':
      return { type: 'thinking_delta', thinking: piece.text };
    case 'call':
      return { type: 'input_json_delta', partial_json: piece.arguments };
  }
}

/** Complete calls have arguments that are JSON: others are broken. */
function parsed(text: string): unknown {
  return text.trim() === '' ? {} : JSON.parse(text);
}

/** Why the answer ended. Calls that are complete are to be run, also where a stop sequence came after them. */
function stopOf({ finish, message, stopString }: GenerateResult): object {
  const reason = (stop_reason: string): object => ({ stop_reason, stop_sequence: null });
  if (finish === 'length') return reason('max_tokens');
  if ((message.toolCalls?.length ?? 0) > 0) return reason('tool_use');
  return stopString === undefined ? reason('end_turn') : { stop_reason: 'stop_sequence', stop_sequence: stopString };
}

/** Anthropic counts cached tokens beside `input_tokens`, not among them. */
function usageBody({ reused, computed, generated }: GenerateResult['usage']): object {
  return {
    input_tokens: computed,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: reused,
    output_tokens: generated,
  };
}
