import type { ServerResponse } from 'node:http';
import type { CodedError, ErrorCode } from '../../../protocol/coded-error.ts';
import type { Outcome } from '../request-counters.ts';

/** An error in the form that an HTTP client gets. */
interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly code?: string; // OpenAI's own word where it has one, else ours
}

const invalid: Refusal = { status: 400, type: 'invalid_request_error' };
const failed: Refusal = { status: 500, type: 'server_error' };
const tooLong: Refusal = { ...invalid, code: 'context_length_exceeded' };
const unavailable: Refusal = { status: 503, type: 'server_error' };

const refusals: Partial<Record<ErrorCode, Refusal>> = {
  'request.invalid': invalid,
  // The client is gone or the daemon ends the request; nginx's 499 has no official number.
  'request.cancelled': { status: 499, type: 'request_cancelled' },
  'request.unknown-method': { status: 404, type: 'invalid_request_error', code: 'unknown_url' },
  'auth.denied': { status: 401, type: 'invalid_request_error', code: 'invalid_api_key' },
  'model.unknown': { status: 404, type: 'invalid_request_error', code: 'model_not_found' },
  'model.capability': invalid,
  'context.overflow': tooLong,
  'pool.overflow': tooLong,
  'template.failed': invalid,
  'grammar.invalid': invalid,
  'queue.full': { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  'model.not-loaded': unavailable,
  'daemon.stopping': unavailable,
  'engine.closed': unavailable,
};

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
    readonly [fact: string]: string | number | boolean | null;
  };
}

/** The HTTP status of an error: `data.status` if set (405 and 413 are invalid requests too), else that of its code. */
export function errorStatus(error: CodedError): number {
  const status = error.data?.status;
  return typeof status === 'number' ? status : refusalOf(error).status;
}

/** The error as OpenAI words it, plus the facts that came with it (the numbers of an overflow). */
export function errorBody(error: CodedError): ErrorBody {
  const refusal = refusalOf(error);
  const { field, status: _status, allow: _allow, ...facts } = error.data ?? {};
  return {
    error: {
      ...facts,
      message: error.message,
      type: refusal.type,
      param: typeof field === 'string' ? field : null,
      // Use OpenAI's word only with OpenAI's status: a refused Host is not a wrong token.
      code: errorStatus(error) === refusal.status ? (refusal.code ?? error.code) : error.code,
    },
  };
}

/** Answers with the error in a dialect's words, unless the answer has begun or the client has left. */
export function sendError(
  response: ServerResponse,
  error: CodedError,
  wording: (error: CodedError) => object = errorBody,
): void {
  if (response.writableEnded) return; // a stream has told it itself
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const status = errorStatus(error);
  const text = JSON.stringify(wording(error));
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  if (status === 429 || status === 503) response.setHeader('retry-after', retryAfterSeconds(error));
  if (typeof error.data?.allow === 'string') response.setHeader('allow', error.data.allow);
  response.writeHead(status).end(text);
}

/** Outcome in the metrics of a request that ended with this error. */
export function errorOutcome(error: CodedError): Outcome {
  const status = errorStatus(error);
  if (status === 499) return 'cancelled';
  if (status === 429 || status === 503) return 'refused';
  return status < 500 ? 'invalid' : 'failed';
}

function refusalOf(error: CodedError): Refusal {
  return refusals[error.code] ?? failed;
}

function retryAfterSeconds(error: CodedError): number {
  const seconds = error.data?.retryAfterSeconds;
  return typeof seconds === 'number' && Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : 1;
}
