// The one file of the extension that speaks HTTP. `node:http` and not `fetch`: an engine may read a long prompt for
// longer than the five minutes after which `fetch` gives up. VS Code puts the user's proxy and certificates into both.
import http from 'node:http';
import https from 'node:https';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body in pieces, as they arrive. Throws when the connection breaks off. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Sends a request and resolves when the head of the answer is there. Follows no redirect. Rejects with
 * `daemon.unreachable` when there is no answer, after an abort with `request.cancelled`.
 */
export type SendRequest = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

const connectMs = 15_000;
/** Finds out that the other side is gone, also while it is silent because it reads a prompt. */
const keepAliveMs = 30_000;

export const sendRequest: SendRequest = (request, signal) =>
  new Promise((resolve, reject) => {
    const { host, protocol } = new URL(request.url);
    const failed = (thrown: Error): void =>
      reject(
        signal.aborted
          ? new CodedError('request.cancelled', 'Stopped.', { cause: thrown })
          : new CodedError('daemon.unreachable', unreachable(host, thrown), { cause: thrown }),
      );
    const headers = {
      ...request.headers,
      ...(request.body !== undefined && { 'content-length': String(Buffer.byteLength(request.body)) }),
    };
    const options = { method: request.method, headers, signal };
    const sent = protocol === 'https:' ? https.request(request.url, options) : http.request(request.url, options);
    const late = setTimeout(() => sent.destroy(new Error(`no connection in ${connectMs / 1000} s`)), connectMs);
    const connected = (): void => clearTimeout(late);
    sent.on('socket', (socket) => {
      socket.setKeepAlive(true, keepAliveMs);
      if (socket.connecting) socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      else connected();
    });
    sent.on('response', (answer) => {
      connected();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: answer });
    });
    sent.on('close', connected);
    sent.on('error', failed);
    sent.end(request.body);
  });

/** Reads a body as text, up to `bytesMax`; the rest is not read. */
export async function readText(body: AsyncIterable<Uint8Array>, bytesMax: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(pieces).subarray(0, bytesMax).toString('utf8');
}

function unreachable(host: string, error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ECONNREFUSED':
      return translate('Nothing answers at {0}. Is the server running?', host);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return translate('The name of {0} is not known on this network.', host);
    default:
      return translate('{0} does not answer: {1}', host, error.message);
  }
}
