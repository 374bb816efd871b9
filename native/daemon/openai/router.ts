import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenAiContext } from './open-ai-context.ts';
import type { Route } from './route.ts';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import { chatCompletions } from './chat/chat-completions.ts';
import { clientSignal } from './wire/client-signal.ts';
import { completions } from './completions/completions.ts';
import { embeddings } from './completions/embeddings.ts';
import { errorOutcome, errorStatus, sendError } from './wire/error-response.ts';
import { showHealth } from './health.ts';
import { showMetrics } from './metrics.ts';
import { listModels, showModel } from './models.ts';

const routes: readonly Route[] = [
  { method: 'POST', path: '/v1/chat/completions', handle: chatCompletions },
  { method: 'POST', path: '/v1/completions', handle: completions },
  { method: 'POST', path: '/v1/embeddings', handle: embeddings },
  { method: 'GET', path: '/v1/models', handle: listModels },
  { method: 'GET', path: '/v1/models/:id', handle: showModel },
  { method: 'GET', path: '/health', handle: showHealth },
  { method: 'GET', path: '/metrics', handle: showMetrics },
];

/**
 * Answers one HTTP request of the OpenAI-compatible endpoint. The caller has checked the token. Never rejects: every
 * failure becomes an answer in OpenAI's error shape. Sends no CORS headers: web pages have no business here.
 */
export async function handleOpenAi(
  request: IncomingMessage,
  response: ServerResponse,
  context: OpenAiContext,
): Promise<void> {
  const signal = clientSignal(response);
  const requestId = randomUUID();
  response.setHeader('x-request-id', requestId); // the official clients show it with an error
  let endpoint = 'other';
  try {
    const path = pathOf(request);
    const { route, argument } = findRoute(request.method ?? '', path);
    endpoint = route.path;
    await route.handle({ request, response, context, signal, argument });
    context.counters.record(endpoint, signal.aborted ? 'cancelled' : 'ok');
  } catch (thrown) {
    const error = toCodedError(thrown);
    context.counters.record(endpoint, signal.aborted ? 'cancelled' : errorOutcome(error));
    if (errorStatus(error) >= 500) context.log('error', `${endpoint} ${requestId}: ${describe(error)}`);
    sendError(response, error);
  }
}

function findRoute(method: string, path: string): { route: Route; argument: string } {
  const found = routes
    .map((route) => ({ route, argument: matchPath(route.path, path) }))
    .filter((match): match is { route: Route; argument: string } => match.argument !== undefined);
  const match = found.find(({ route }) => route.method === method || (route.method === 'GET' && method === 'HEAD'));
  if (match !== undefined) return match;
  if (found.length === 0) {
    const hint = path.startsWith('/v1/v1/')
      ? ` Did you mean ${path.slice('/v1'.length)}? This client adds /v1 to its base URL itself.`
      : '';
    throw new CodedError('request.unknown-method', `There is no ${method} ${path}.${hint}`);
  }
  const allow = found.map(({ route }) => route.method).join(', ');
  throw new CodedError('request.invalid', `${path} answers ${allow} only.`, { data: { status: 405, allow } });
}

/** The value of the pattern's `:id`, or an empty string where it has none; undefined when the path does not match. */
function matchPath(pattern: string, path: string): string | undefined {
  if (!pattern.endsWith('/:id')) return path === pattern ? '' : undefined;
  const prefix = pattern.slice(0, -':id'.length);
  return path.startsWith(prefix) && path.length > prefix.length ? decode(path.slice(prefix.length)) : undefined;
}

function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
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
