import type { PromptSize } from '../../native/protocol/methods.ts';
import type { ModelFacts } from '../agent/agent-model.ts';
import type { ExpectedTime, ModelSpeed } from './model-speed.ts';

/** What a message would take, before it is sent. */
export interface Forecast {
  /** Prompt tokens that the model has to read, and those that it has read already. */
  readonly read: number;
  readonly cached: number;
  /** Until the first token of the reply. Undefined: the model has run too little on this machine to tell. */
  readonly time?: ExpectedTime | undefined;
  /** Tokens per second of the reply, an estimate. */
  readonly rate?: number | undefined;
  /** Memory that the message takes in the model's context. */
  readonly bytes?: number | undefined;
}

/** `added`: tokens that the message adds to the conversation. */
export function forecastOf(
  { tokens, cached }: PromptSize,
  added: number,
  { kvBytesPerToken }: ModelFacts,
  speed: ModelSpeed,
): Forecast {
  const read = tokens - cached;
  return {
    read,
    cached,
    time: speed.expectedReading(read, cached),
    rate: speed.writingRate(tokens),
    bytes: kvBytesPerToken === undefined ? undefined : kvBytesPerToken * added,
  };
}
