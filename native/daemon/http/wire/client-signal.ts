import type { ServerResponse } from 'node:http';

/** Aborted as soon as the client closes the connection before it has the whole answer. */
export function clientSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
