import { createServer, STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { CodedError } from '../../protocol/coded-error.ts';
import { errorBody, errorStatus, sendError } from '../http/wire/error-response.ts';
import { refuseSource, refuseToken } from '../../local/access-check.ts';
import type { AccessRules } from '../../local/access-check.ts';
import { frameBytesMax } from './frame-check.ts';

const address = '127.0.0.1';
/** Longer than clients keep idle connections: closing one just when the client uses it again would lose a request. */
const keepAliveMs = 75_000;

export interface ListenerOptions {
  readonly port: number; // 0: any free one
  readonly access: AccessRules;
  /** Gets the socket of a client with the right token; left out: nobody gets one. */
  onSocket?(socket: WebSocket): void;
  /** Gets a plain HTTP request with an allowed Host and Origin; `authorized`: its token is right too. */
  onRequest(request: IncomingMessage, response: ServerResponse, authorized: boolean): void;
}

/** Owns the daemon's port, on loopback only. Refuses wrong hosts, origins and tokens before any other code runs. */
export class Listener {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;

  private constructor(server: Server, sockets: WebSocketServer) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Listens. Rejects with `option.invalid` when the port is not available. */
  static async start(options: ListenerOptions): Promise<Listener> {
    const sockets = new WebSocketServer({
      noServer: true,
      maxPayload: frameBytesMax,
      perMessageDeflate: false,
      clientTracking: false,
    });
    const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) =>
      answer(request, response, options),
    );
    server.on('upgrade', (request, socket, head) => upgrade(request, socket, head, { options, sockets }));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) =>
        reject(
          new CodedError(
            'option.invalid',
            `Cannot listen on ${address}:${options.port}: ${error.message}. Choose another port, or 0 for any.`,
            { cause: error },
          ),
        ),
      );
      server.listen(options.port, address, resolve);
    });
    return new Listener(server, sockets);
  }

  get url(): string {
    return `http://${address}:${this.port}`;
  }

  /** Accepts no new connection and closes idle ones. Busy ones last until `destroyConnections` is called. */
  stopListening(): void {
    this.#server.close();
    this.#server.closeIdleConnections();
    this.#sockets.close();
  }

  destroyConnections(): void {
    this.#server.closeAllConnections();
  }
}

function answer(request: IncomingMessage, response: ServerResponse, { access, onRequest }: ListenerOptions): void {
  const refusal = refuseSource(request, access);
  if (refusal !== undefined) {
    response.setHeader('connection', 'close');
    sendError(response, refusal);
    return;
  }
  onRequest(request, response, refuseToken(request, access) === undefined);
}

function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { options, sockets }: { options: ListenerOptions; sockets: WebSocketServer },
): void {
  socket.on('error', () => socket.destroy());
  const refusal = refuseSource(request, options.access) ?? refuseToken(request, options.access);
  if (refusal !== undefined) {
    refuseUpgrade(socket, errorStatus(refusal), JSON.stringify(errorBody(refusal)));
    return;
  }
  const { onSocket } = options;
  if (onSocket === undefined || request.url?.replace(/\?.*$/, '') !== '/') {
    refuseUpgrade(socket, 404, '');
    return;
  }
  sockets.handleUpgrade(request, socket, head, onSocket);
}

function refuseUpgrade(socket: Duplex, status: number, body: string): void {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
