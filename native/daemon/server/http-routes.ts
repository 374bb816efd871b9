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
export function routeHttp(request: IncomingMessage, response: ServerResponse, routes: HttpRoutes, authorized: boolean): void {
  const path = (request.url ?? '/').replace(/[?#].*$/, '');
  allowOrigin(request, response);
  if (request.method === 'OPTIONS' && request.headers.origin !== undefined) {
    response.writeHead(204, { 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': 'authorization, content-type', 'access-control-max-age': '600' }).end();
    return;
  }
  const { openAi } = routes;
  if (path === '/') {
    if (!authorized) unauthorized(response);
    else sendJson(response, 200, routes.identity);
  } else if (openAi === undefined) {
    sendError(response, 404, 'not_found', 'The OpenAI endpoint is not enabled: start the daemon with --http.');
  } else if (path === '/health' && !authorized) {
    sendJson(response, routes.isReady() ? 200 : 503, { status: routes.isReady() ? 'ok' : 'loading' });
  } else if (!/^\/(v1(\/.*)?|health|metrics)$/.test(path)) {
    sendError(response, 404, 'not_found', `There is no ${request.method ?? 'GET'} ${path.slice(0, 64)}.`);
  } else if (!authorized) {
    unauthorized(response);
  } else {
    openAi(request, response);
  }
}

// The listener has refused every Origin that is not on the list.
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse): void {
  if (headers.origin === undefined) return;
  response.setHeader('access-control-allow-origin', headers.origin);
  response.setHeader('vary', 'Origin');
}

function unauthorized(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Bearer');
  sendError(response, 401, 'invalid_api_key', 'The token is missing or wrong: send it as "Authorization: Bearer TOKEN".');
}

function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { error: { message, type: 'invalid_request_error', param: null, code } });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
