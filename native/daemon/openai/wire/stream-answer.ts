import type { EventStream } from './event-stream.ts';
import { toCodedError } from '../../../protocol/coded-error.ts';
import { errorBody } from './error-response.ts';

/** Default silence after which a stream gets a comment, in milliseconds. */
export const keepAliveMsDefault = 5000;

/**
 * Runs what writes a stream and ends it. An error after the stream has begun is told in the stream, since the status
 * is gone, and thrown like one before it.
 */
export async function streamAnswer(events: EventStream, write: () => Promise<void>): Promise<void> {
  try {
    await write();
    events.finish();
  } catch (thrown) {
    if (events.opened) events.fail(errorBody(toCodedError(thrown)));
    throw thrown;
  }
}
