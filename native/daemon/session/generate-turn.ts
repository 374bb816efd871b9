import { CodedError } from '../../protocol/coded-error.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult } from '../../protocol/generation.ts';
import type { Conversation } from '../chat/conversation.ts';
import type { ModelRuntime } from './model-runtime.ts';

/** What may end or slow a turn: `signal` cancels it, and more tokens are made only when `ready` resolves. */
export interface TurnContext {
  readonly signal: AbortSignal;
  readonly ready?: () => Promise<void>;
}

/** What of a model a turn needs. */
export type TurnModel = Pick<ModelRuntime, 'vocabulary' | 'codec' | 'runner' | 'samplingDefaults'>;

/**
 * The model's next turn: renders the prompt, runs it, reads the reply, and commits it to the conversation.
 * A cancelled turn is a result with finish `cancelled`; then, and when it throws, the conversation is as before.
 */
export function generateTurn(
  _model: TurnModel,
  _conversation: Conversation,
  _options: GenerateOptions,
  _onEvent: (event: GenerateEvent) => void,
  _context: TurnContext,
): Promise<GenerateResult> {
  return Promise.reject(new CodedError('internal.failed', 'Turns are not there yet.'));
}
