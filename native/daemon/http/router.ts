import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EndpointContext } from './endpoint-context.ts';
import { sendJson } from './route.ts';
import type { Route } from './route.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import { anthropicError } from './anthropic/anthropic-error.ts';
import { countTokens, messages } from './anthropic/messages.ts';
import { showProps } from './llama-server/props.ts';
import { detokenize, tokenize } from './llama-server/tokens.ts';
import { chat } from './ollama/chat.ts';
import { listTags, showModel as showTag, showVersion } from './ollama/models.ts';
import { ollamaError } from './ollama/ollama-error.ts';
import { chatCompletions } from './openai/chat/chat-completions.ts';
import { responses } from './openai/responses/responses.ts';
import { clientSignal } from './wire/client-signal.ts';
import { completions } from './openai/completions/completions.ts';
import { embeddings } from './openai/completions/embeddings.ts';
import { errorBody, errorOutcome, sendError } from './wire/error-response.ts';
import { showHealth, showReadiness } from './health.ts';
import { showMetrics } from './metrics.ts';
import { listModels, showModel } from './openai/models.ts';

const routes: readonly Route[] = [
  { method: 'POST', path: '/v1/chat/completions', handle: chatCompletions },
  { method: 'POST', path: '/v1/completions', handle: completions },
  { method: 'POST', path: '/v1/embeddings', handle: embeddings },
  { method: 'POST', path: '/v1/responses', handle: responses },
  { method: 'POST', path: '/v1/messages', handle: messages },
  { method: 'POST', path: '/v1/messages/count_tokens', handle: countTokens },
  { method: 'GET', path: '/v1/models', handle: listModels },
  { method: 'GET', path: '/v1/models/:id', handle: showModel },
  { method: 'GET', path: '/api/version', handle: showVersion },
  { method: 'GET', path: '/api/tags', handle: listTags },
  { method: 'POST', path: '/api/show', handle: showTag },
  { method: 'POST', path: '/api/chat', handle: chat },
  { method: 'POST', path: '/tokenize', handle: tokenize },
  { method: 'POST', path: '/detokenize', handle: detokenize },
  { method: 'GET', path: '/props', handle: showProps },
  { method: 'GET', path: '/health', handle: showHealth },
  { method: 'GET', path: '/metrics', handle: showMetrics },
];

/** Answers one authorised request. */
type EndpointHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpEntrance {
  /** Facts about the daemon for GET /. */
  readonly identity: object;
  /** Undefined: the endpoint is not enabled. */
  readonly endpoint: EndpointHandler | undefined;
  /** Whether a model is loaded, so that requests can be served. */
  isReady(): boolean;
}

/**
 * Answers every plain HTTP request. The listener has checked Host and Origin; `authorized` says whether the token is
 * right. Everything except a preflight and the bare health check needs the token.
 */
export function routeHttp(
  request: IncomingMessage,
  response: ServerResponse,
  { identity, endpoint, isReady }: HttpEntrance,
  authorized: boolean,
): void {
  const path = pathOf(request);
  if (request.headers.origin !== undefined) {
    allowOrigin(request.headers.origin, response);
    if (request.method === 'OPTIONS') return answerPreflight(request, response);
  }
  if (!authorized && endpoint !== undefined && path === '/health') return showReadiness(response, isReady());
  if (!authorized) return sendError(response, unauthorized(), wordingOf(path));
  if (path === '/') return sendJson(response, identity);
  if (endpoint === undefined) return sendError(response, notEnabled(), wordingOf(path));
  endpoint(request, response);
}

/**
 * Answers one authorised request. Never rejects: every failure becomes an answer in the words of the dialect that the
 * path belongs to.
 */
export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  context: EndpointContext,
): Promise<void> {
  const signal = clientSignal(response);
  const requestId = randomUUID();
  response.setHeader('x-request-id', requestId); // the official clients show it with an error
  let endpoint = 'other';
  try {
    const { route, argument } = findRoute(request.method ?? '', pathOf(request));
    endpoint = route.path;
    await route.handle({ request, response, context, signal, argument });
    context.counters.record(endpoint, signal.aborted ? 'cancelled' : 'ok');
  } catch (thrown) {
    const error = toCodedError(thrown);
    context.counters.record(endpoint, signal.aborted ? 'cancelled' : errorOutcome(error));
    // A refusal (no model yet, too much to do) is an answer, not a fault: a client that asks again would fill the log.
    if (errorOutcome(error) === 'failed') context.log('error', `${endpoint} ${requestId}: ${describe(error)}`);
    sendError(response, error, wordingOf(pathOf(request)));
  }
}

/** How errors of a path are worded: OpenAI's way where no other dialect is known. */
function wordingOf(path: string): (error: CodedError) => object {
  if (path.startsWith('/v1/messages')) return anthropicError;
  return path.startsWith('/api/') ? ollamaError : errorBody;
}

/** The listener has already refused other origins. */
function allowOrigin(origin: string, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'retry-after, x-request-id'); // the official client reads them
  response.setHeader('vary', 'Origin');
}

function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  // The official client adds many headers; an allowed page may send them.
  const headers = request.headers['access-control-request-headers'] ?? 'authorization, content-type';
  response.setHeader('access-control-allow-methods', 'GET, POST');
  response.setHeader('access-control-allow-headers', headers);
  response.setHeader('access-control-max-age', '600');
  response.writeHead(204).end();
}

function unauthorized(): CodedError {
  return new CodedError(
    'auth.denied',
    'The token is missing or wrong: send it as "Authorization: Bearer TOKEN" or as "x-api-key: TOKEN".',
  );
}

function notEnabled(): CodedError {
  return new CodedError('request.unknown-method', 'The HTTP endpoint is not enabled: start the daemon with --http.');
}

function findRoute(method: string, path: string): { route: Route; argument: string } {
  const found = routes
    .map((route) => ({ route, argument: matchPath(route.path, path) }))
    .filter((match): match is { route: Route; argument: string } => match.argument !== undefined);
  const match = found.find(({ route }) => route.method === method || (route.method === 'GET' && method === 'HEAD'));
  if (match !== undefined) return match;
  if (found.length === 0) {
    throw new CodedError('request.unknown-method', `There is no ${method} ${path.slice(0, 64)}.${hintFor(path)}`);
  }
  const allow = found.map(({ route }) => route.method).join(', ');
  throw new CodedError('request.invalid', `${path} answers ${allow} only.`, { data: { status: 405, allow } });
}

/** Corrects the path for a client with a base URL that has /v1 once too often or not at all. */
function hintFor(path: string): string {
  if (path.startsWith('/v1/v1/'))
    return ` Did you mean ${path.slice('/v1'.length, 64)}? This client adds /v1 to its base URL itself.`;
  return /^\/(chat\/completions|completions|embeddings|models|responses|messages)(\/|$)/.test(path)
    ? ` Did you mean /v1${path.slice(0, 64)}? The base URL of a client ends in /v1.`
    : '';
}

/** The value of the pattern's `:id`, or an empty string where it has none; undefined when the path does not match. */
function matchPath(pattern: string, path: string): string | undefined {
  if (!pattern.endsWith('/:id')) return path === pattern ? '' : undefined;
  const prefix = pattern.slice(0, -':id'.length);
  return path.startsWith(prefix) && path.length > prefix.length ? decode(path.slice(prefix.length)) : undefined;
}

function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').replace(/[?#].*$/, '');
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign names no model, which the answer then says
  }
}

function describe(error: CodedError): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.stack ?? error.cause.message})` : '';
  return `${error.code}: ${error.message}${cause}`;
}
