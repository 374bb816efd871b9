import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { CodedError } from '../../protocol/coded-error.ts';

export interface AccessRules {
  readonly token: string;
  /** Web pages that may connect, e.g. `http://localhost:3000`. A program that is no browser sends no Origin. */
  readonly allowedOrigins: readonly string[];
}

/** Why a request is turned away, with its HTTP status. */
export interface Refusal {
  readonly status: 401 | 403;
  readonly error: CodedError;
}

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Looks at Host and Origin: the first against DNS rebinding, the second against web pages. Undefined: nothing is wrong. */
export function refuseSource(headers: IncomingHttpHeaders, rules: AccessRules): Refusal | undefined {
  const host = headers.host?.replace(/:\d+$/, '').toLowerCase();
  if (host === undefined || !loopbackNames.has(host))
    return denied(403, 'The Host header does not name this machine: connect to 127.0.0.1.');
  const { origin } = headers;
  if (origin !== undefined && !rules.allowedOrigins.includes(origin))
    return denied(403, 'Web pages may not connect: their Origin is not allowed.');
  return undefined;
}

/** Looks at `Authorization: Bearer TOKEN`. Undefined: it is right. */
export function refuseToken(headers: IncomingHttpHeaders, rules: AccessRules): Refusal | undefined {
  const match = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '');
  if (match === null) return denied(401, 'The token is missing: send it as "Authorization: Bearer TOKEN".');
  return sameText(match[1] ?? '', rules.token) ? undefined : denied(401, 'The token is wrong.');
}

/** Compares in a time that says nothing about where two texts differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function denied(status: Refusal['status'], message: string): Refusal {
  return { status, error: new CodedError('auth.denied', message) };
}
