import type { ChatMessage } from '../../protocol/chat.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult } from '../../protocol/generation.ts';
import type { SessionSettings } from '../../protocol/methods.ts';
import type { TurnContext } from '../session/generate-turn.ts';
import type { EndpointModel } from './endpoint-model.ts';
import { assertComplete } from './wire/run-choices.ts';

/** A conversation that a client sent, and how the model's next turn is generated. */
export interface ChatTurn {
  readonly settings: SessionSettings;
  readonly messages: readonly ChatMessage[];
  readonly options: GenerateOptions;
}

/** A piece of an answer: thoughts, text, or a whole call. */
export type AnswerPiece =
  | { readonly kind: 'reasoning' | 'text'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly arguments: string };

/** Gets an answer in order. `begin` tells the tokens of its prompt; pieces come after it. */
export interface AnswerSink {
  /** The request is accepted: it waits, or is computed. */
  open(): void;
  begin(prompt: { readonly reused: number; readonly total: number }): void;
  piece(piece: AnswerPiece): void;
}

/**
 * Generates the next turn of a conversation. Calls are told when they are complete: their readers run what they get,
 * and a call may still break. Throws what `OpenChat.generate` throws, and request.cancelled for an answer that was cut.
 */
export async function answerChat(
  model: EndpointModel,
  { settings, messages, options }: ChatTurn,
  sink: AnswerSink,
  context: TurnContext,
): Promise<GenerateResult> {
  const chat = await model.openChat(settings, messages, context.signal);
  const result = await chat.generate(options, (event) => tell(event, sink), context);
  assertComplete(result.finish);
  const broken = brokenText(result);
  if (broken !== '') sink.piece({ kind: 'text', text: broken });
  return result;
}

/**
 * Text to append to the content for calls that could not be repaired: the calls as the model wrote them, so that the
 * user sees what went wrong.
 */
export function brokenText(result: GenerateResult): string {
  const text = result.brokenCalls.map((broken) => broken.text).join('\n');
  return text !== '' && result.message.content !== '' && !result.message.content.endsWith('\n') ? `\n${text}` : text;
}

function tell(event: GenerateEvent, sink: AnswerSink): void {
  switch (event.kind) {
    case 'queued':
    case 'decode':
      sink.open();
      return;
    case 'prefill':
      sink.begin(event);
      return;
    case 'text':
    case 'reasoning':
      sink.piece(event);
      return;
    case 'callDone':
      sink.piece({ kind: 'call', id: event.id, name: event.name, arguments: event.arguments });
      return;
    case 'call':
    case 'callBroken':
      return; // a broken call is told as text
  }
}
