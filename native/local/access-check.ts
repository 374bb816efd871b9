import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { CodedError } from '../protocol/coded-error.ts';

export interface AccessRules {
  readonly token: string;
  /** Origins of web pages that may connect, e.g. `http://localhost:3000`. Only browsers send an Origin. */
  readonly allowedOrigins: readonly string[];
}

/** What a check reads of a request. */
type Headers = Pick<IncomingMessage, 'headers' | 'headersDistinct'>;

/** Two of these would let another program on the way read the one, and us the other. */
const once = ['Host', 'Authorization', 'X-Api-Key', 'Origin'];

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Checks Host (against DNS rebinding) and Origin (against web pages), and that no header it or `refuseToken` reads
 * comes twice. Returns the error to answer with, its HTTP status in `data.status`; undefined when all are right.
 */
export function refuseSource({ headers, headersDistinct }: Headers, rules: AccessRules): CodedError | undefined {
  const twice = once.find((name) => (headersDistinct[name.toLowerCase()]?.length ?? 0) > 1);
  if (twice !== undefined)
    return new CodedError('request.invalid', `Expected one ${twice} header but received several.`, {
      data: { status: 400 },
    });
  const host = headers.host?.replace(/:\d+$/, '').toLowerCase();
  if (host === undefined || !loopbackNames.has(host))
    return denied(403, 'The Host header does not name this machine: connect to 127.0.0.1.');
  const { origin } = headers;
  if (origin !== undefined && !rules.allowedOrigins.includes(origin))
    return denied(403, 'Web pages may not connect: their Origin is not allowed.');
  return undefined;
}

/**
 * Checks `Authorization: Bearer TOKEN`, or without it `x-api-key: TOKEN`, which clients of Anthropic send. Returns the
 * error to answer with; undefined when the token is right.
 */
export function refuseToken({ headers }: Headers, rules: AccessRules): CodedError | undefined {
  const token = headers.authorization === undefined ? headers['x-api-key'] : bearer(headers.authorization);
  if (typeof token !== 'string')
    return denied(401, 'The token is missing: send it as "Authorization: Bearer TOKEN" or as "x-api-key: TOKEN".');
  return sameText(token, rules.token) ? undefined : denied(401, 'The token is wrong.');
}

function bearer(authorization: string): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** Compares two texts in a time that does not depend on where they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function denied(status: 401 | 403, message: string): CodedError {
  return new CodedError('auth.denied', message, { data: { status } });
}
