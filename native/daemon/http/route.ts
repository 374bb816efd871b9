import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EndpointContext } from './endpoint-context.ts';

/** One request on its way through an endpoint. */
export interface RouteCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly context: EndpointContext;
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal;
  /** The last part of the path, decoded, where the route takes one. */
  readonly argument: string;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** The path, as the metrics name it too; one that ends in `/:id` takes anything as its last part. */
  readonly path: string;
  /** Answers the request; rejects with a CodedError when it cannot. */
  handle(call: RouteCall): Promise<void> | void;
}

/** Answers with JSON. Does nothing when the client has left. */
export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.writeHead(status).end(text);
}
