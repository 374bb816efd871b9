import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { CodedError } from '../../protocol/coded-error.ts';
import type { Notifications } from '../../protocol/methods.ts';
import type { HandlerTable } from './handler-table.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { OutboundLimits } from './outbound.ts';
import { RpcConnection } from './rpc-connection.ts';

const closeGoingAway = 1001;

/** Who keeps sessions: told when the first connection takes one and when the last lets go. */
export interface SessionHolds {
  attached(session: string): void;
  detached(session: string): void;
}

export interface RpcServerOptions {
  readonly limits: OutboundLimits;
  readonly heartbeatMs: number;
  log(level: 'debug' | 'info' | 'warn', text: string): void;
  onClient(change: 'came' | 'went'): void;
}

/** All clients of the daemon. Counts which sessions they hold; does not own the sessions. */
export class RpcServer {
  readonly #handlers: HandlerTable;
  readonly #holds: SessionHolds;
  readonly #options: RpcServerOptions;
  readonly #connections = new Set<RpcConnection>();
  readonly #holders = new Map<string, number>();

  constructor(handlers: HandlerTable, holds: SessionHolds, options: RpcServerOptions) {
    this.#handlers = handlers;
    this.#holds = holds;
    this.#options = options;
  }

  get clients(): number {
    return this.#connections.size;
  }

  /** Serves a socket whose token has been checked. */
  accept(socket: WebSocket): void {
    const { limits, heartbeatMs, log, onClient } = this.#options;
    const connection = new RpcConnection(socket, this.#handlers, { limits, log, hold: (session) => this.#hold(session), release: (session) => this.#release(session) });
    this.#connections.add(connection);
    startHeartbeat(socket, heartbeatMs);
    socket.on('close', () => {
      this.#connections.delete(connection);
      onClient('went');
    });
    onClient('came');
  }

  /** Tells every client that has said hello. */
  notify<N extends keyof Notifications>(method: N, params: Notifications[N]): void {
    for (const connection of this.#connections) connection.notify(method, params);
  }

  /** Ends every client: tells it why, cancels its requests, closes; destroys what is still there after `graceMs`. */
  async closeAll(reason: string, graceMs: number): Promise<void> {
    this.notify('daemon.stopping', { reason });
    const end = Date.now() + graceMs;
    await Promise.all([...this.#connections].map(async (connection) => {
      await connection.abortRunning(graceMs);
      connection.close(closeGoingAway, new CodedError('daemon.stopping', reason));
    }));
    while (this.#connections.size > 0 && Date.now() < end) await delay(10);
    for (const connection of this.#connections) connection.terminate();
  }

  #hold(session: string): void {
    const count = this.#holders.get(session) ?? 0;
    this.#holders.set(session, count + 1);
    if (count === 0) this.#holds.attached(session);
  }

  #release(session: string): void {
    const count = (this.#holders.get(session) ?? 1) - 1;
    if (count > 0) {
      this.#holders.set(session, count);
      return;
    }
    this.#holders.delete(session);
    this.#holds.detached(session);
  }
}
