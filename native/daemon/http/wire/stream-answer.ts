import type { EventStream } from './event-stream.ts';
import { toCodedError } from '../../../protocol/coded-error.ts';
import type { CodedError } from '../../../protocol/coded-error.ts';
import { errorBody } from './error-response.ts';

/** Default silence after which a stream gets a comment, in milliseconds. */
export const keepAliveMsDefault = 5000;

/**
 * Runs `write` and ends the stream. Once the HTTP status is sent, an error is sent as an event, in the words of the
 * dialect. Every error is thrown.
 */
export async function streamAnswer(
  events: EventStream,
  write: () => Promise<void>,
  wording: (error: CodedError) => object = errorBody,
): Promise<void> {
  try {
    await write();
    events.finish();
  } catch (thrown) {
    if (events.opened) events.fail(wording(toCodedError(thrown)));
    throw thrown;
  }
}
