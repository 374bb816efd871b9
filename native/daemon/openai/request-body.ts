import type { IncomingMessage } from 'node:http';
import { CodedError } from '../../protocol/coded-error.ts';

/** Default limit of a request body: far more than 131072 tokens of text. */
export const bodyBytesMaxDefault = 16 * 1024 * 1024;

/**
 * Reads a request's body as JSON. Throws request.invalid: 413 when it is longer than `bytesMax`, 400 when it is no
 * JSON; and request.cancelled when the client leaves before its end.
 */
export async function readJsonBody(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const text = await readText(request, bytesMax);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it cannot be parsed';
    throw new CodedError('request.invalid', `Expected JSON as the request's body but received something else: ${reason}.`, { cause });
  }
}

async function readText(request: IncomingMessage, bytesMax: number): Promise<string> {
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
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(bytesMax: number): CodedError {
  return new CodedError('request.invalid', `The request's body is larger than ${bytesMax} bytes. Send less text.`, { data: { status: 413, limit: bytesMax } });
}
