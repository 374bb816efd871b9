import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DaemonIdentity } from './daemon-probe.ts';

export interface HttpRoutes {
  readonly identity: DaemonIdentity;
  /** The OpenAI-compatible endpoint; undefined: not enabled. */
  readonly openAi: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** A model is loaded, so that requests can be served. */
  isReady(): boolean;
}

/** Where a plain HTTP request goes. Everything but the bare health check wants the token. */
export function routeHttp(
  request: IncomingMessage,
  response: ServerResponse,
  routes: HttpRoutes,
  authorized: boolean,
): void {
  const path = (request.url ?? '/').replace(/[?#].*$/, '').replace(/(?<=.)\/$/, '');
  allowOrigin(request, response);
  if (request.method === 'OPTIONS' && request.headers.origin !== undefined) {
    // The official client sends many headers of its own; a page that may connect may send them.
    const headers = request.headers['access-control-request-headers'] ?? 'authorization, content-type';
    response
      .writeHead(204, {
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': headers,
        'access-control-max-age': '600',
      })
      .end();
    return;
  }
  const { openAi } = routes;
  if (path === '/') {
    if (!authorized) unauthorized(response);
    else sendJson(response, 200, routes.identity);
  } else if (openAi === undefined) {
    sendError(response, 404, 'unknown_url', 'The OpenAI endpoint is not enabled: start the daemon with --http.');
  } else if (path === '/health' && !authorized) {
    sendJson(response, routes.isReady() ? 200 : 503, { status: routes.isReady() ? 'ok' : 'loading' });
  } else if (!/^\/(v1(\/.*)?|health|metrics)$/.test(path)) {
    sendError(
      response,
      404,
      'unknown_url',
      `There is no ${request.method ?? 'GET'} ${path.slice(0, 64)}.${withoutVersion(path)}`,
    );
  } else if (!authorized) {
    unauthorized(response);
  } else {
    openAi(request, response);
  }
}

/** What to tell a client whose base URL lacks the end that every path of the interface begins with. */
function withoutVersion(path: string): string {
  return /^\/(chat\/completions|completions|embeddings|models)(\/|$)/.test(path)
    ? ` Did you mean /v1${path.slice(0, 64)}? The base URL of a client ends in /v1.`
    : '';
}

// The listener has refused every Origin that is not on the list.
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('access-control-expose-headers', 'retry-after, x-request-id'); // the official client reads them
  response.setHeader('vary', 'Origin');
}

function unauthorized(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Bearer');
  sendError(
    response,
    401,
    'invalid_api_key',
    'The token is missing or wrong: send it as "Authorization: Bearer TOKEN".',
  );
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code } });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
