import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { CodedError } from '../../protocol/coded-error.ts';
import type { Notifications } from '../../protocol/methods.ts';
import type { HandlerTable } from './handler-table.ts';
import { startHeartbeat } from './heartbeat.ts';
import { RpcConnection } from './rpc-connection.ts';
import type { ConnectionOptions, SessionHolds } from './rpc-connection.ts';

const closeGoingAway = 1001;

export interface RpcServerOptions extends ConnectionOptions {
  readonly heartbeatMs: number;
  onClient(change: 'came' | 'went'): void;
}

/** All clients of the daemon. */
export class RpcServer {
  readonly #handlers: HandlerTable;
  readonly #sessions: SessionHolds;
  readonly #options: RpcServerOptions;
  readonly #connections = new Set<RpcConnection>();

  constructor(handlers: HandlerTable, sessions: SessionHolds, options: RpcServerOptions) {
    this.#handlers = handlers;
    this.#sessions = sessions;
    this.#options = options;
  }

  get clients(): number {
    return this.#connections.size;
  }

  /** Serves a socket after its token was checked. */
  accept(socket: WebSocket): void {
    const { limits, heartbeatMs, log, onClient } = this.#options;
    const connection = new RpcConnection(socket, this.#handlers, this.#sessions, { limits, log });
    this.#connections.add(connection);
    startHeartbeat(socket, heartbeatMs);
    socket.on('close', () => {
      this.#connections.delete(connection);
      onClient('went');
    });
    onClient('came');
  }

  /** Sends a notification to every client that has said hello. */
  notify<N extends keyof Notifications>(method: N, params: Notifications[N]): void {
    for (const connection of this.#connections) connection.notify(method, params);
  }

  /** Tells every client why, cancels its requests and closes it. Destroys sockets still open after `graceMs`. */
  async closeAll(reason: string, graceMs: number): Promise<void> {
    this.notify('daemon.stopping', { reason });
    const end = Date.now() + graceMs;
    await Promise.all(
      [...this.#connections].map(async (connection) => {
        await connection.abortRunning(graceMs);
        connection.close(closeGoingAway, new CodedError('daemon.stopping', reason));
      }),
    );
    while (this.#connections.size > 0 && Date.now() < end) await delay(10);
    for (const connection of this.#connections) connection.terminate();
  }
}
