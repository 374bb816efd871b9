import type { CodedError } from '../../../protocol/coded-error.ts';
import { errorStatus } from '../wire/error-response.ts';

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
};

/** The error as Anthropic words it. */
export function anthropicError(error: CodedError): object {
  const status = errorStatus(error);
  const type = types[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return { type: 'error', error: { type, message: messageOf(error) } };
}

/** Clients shorten the conversation when they read this beginning. */
function messageOf({ code, message, data }: CodedError): string {
  const most = data?.context ?? data?.pool;
  if (code !== 'context.overflow' && code !== 'pool.overflow') return message;
  return `prompt is too long: ${data?.prompt} tokens > ${most} maximum. ${message}`;
}
