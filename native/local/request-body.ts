import type { IncomingMessage } from 'node:http';
import { CodedError } from '../protocol/coded-error.ts';
import { isHeavy } from '../protocol/json-weight.ts';

/** Default limit of a request body: far more than 131072 tokens of text. */
export const bodyBytesMaxDefault = 16 * 1024 * 1024;

/**
 * Reads a request's body as JSON. Throws request.invalid: 413 when it is longer than `bytesMax` or has too many values,
 * 415 when it is compressed, 400 when it is not UTF-8 or not JSON; and request.cancelled when the client leaves before
 * its end.
 */
export async function readJsonBody(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new CodedError(
      'request.invalid',
      `A body with the content-encoding "${encoding}" cannot be read. Send it without compression.`,
      { data: { status: 415 } },
    );
  const text = decoded(await readBytes(request, bytesMax));
  if (isHeavy(text))
    throw new CodedError('request.invalid', "The request's body has too many values. Send fewer, or join short ones.", {
      data: { status: 413 },
    });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it cannot be parsed';
    throw new CodedError(
      'request.invalid',
      `Expected JSON as the request's body but received something else: ${reason}.`,
      { cause },
    );
  }
}

async function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('request.cancelled', 'The client left before its request was complete.', { cause });
  }
  return Buffer.concat(chunks);
}

/** Refuses invalid UTF-8: replacement characters would silently change the prompt. */
function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CodedError('request.invalid', "Expected UTF-8 as the request's body but received bytes that are none.", {
      cause,
    });
  }
}

function tooLarge(bytesMax: number): CodedError {
  return new CodedError('request.invalid', `The request's body is larger than ${bytesMax} bytes. Send less text.`, {
    data: { status: 413, limit: bytesMax },
  });
}
