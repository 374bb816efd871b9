import { setTimeout as delay } from 'node:timers/promises';
import { createMessageConnection, NullLogger, ProgressType } from 'vscode-jsonrpc/node';
import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import type { WebSocket } from 'ws';
import { CodedError, toCodedError } from '../../protocol/coded-error.ts';
import { protocolVersion } from '../../protocol/methods.ts';
import type { MethodName, Notifications, Params, Result } from '../../protocol/methods.ts';
import type { CallContext, Handler, HandlerTable } from './handler-table.ts';
import { isMethodName, readParams } from './method-schemas.ts';
import { Outbound } from './outbound.ts';
import type { OutboundLimits } from './outbound.ts';
import { ProgressStream } from './progress-stream.ts';
import type { Progress } from './progress-stream.ts';
import { toResponseError } from './rpc-errors.ts';
import type { SessionApi } from './session-methods.ts';
import { SocketReader, SocketWriter } from './socket-transport.ts';

/** Requests one client may have open at a time. */
const requestsMax = 256;
const closePolicy = 1008;
const progressType = new ProgressType<Progress>();

/** Counts the connections that keep each session; each connection calls once per session. */
export type SessionHolds = Pick<SessionApi, 'hold' | 'release'>;

export interface ConnectionOptions {
  readonly limits: OutboundLimits;
  log(level: 'debug' | 'info' | 'warn', text: string): void;
}

/**
 * One client. Owns: its frames, its running requests and its holds on sessions. Does not own: the methods.
 * When the socket closes, every running request is aborted and every session released.
 */
export class RpcConnection {
  readonly #socket: WebSocket;
  readonly #handlers: HandlerTable;
  readonly #holds: SessionHolds;
  readonly #log: ConnectionOptions['log'];
  readonly #outbound: Outbound;
  readonly #rpc: MessageConnection;
  readonly #running = new Set<AbortController>();
  readonly #sessions = new Set<string>();
  #greeted = false;
  #client = 'a client';

  constructor(socket: WebSocket, handlers: HandlerTable, holds: SessionHolds, { limits, log }: ConnectionOptions) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#holds = holds;
    this.#log = log;
    // Read nothing from a client that does not read: more requests would only make more answers to queue.
    this.#outbound = new Outbound(
      socket,
      limits,
      () => this.#giveUp(),
      (congested) => (congested ? socket.pause() : socket.resume()),
    );
    const reader = new SocketReader(socket, (error) => this.close(closePolicy, error));
    this.#rpc = createMessageConnection(reader, new SocketWriter(this.#outbound), NullLogger);
    this.#rpc.onRequest((method: string, params: unknown, token: CancellationToken) =>
      this.#answer(method, params, token),
    );
    socket.on('error', (error) => log('debug', `${this.#client}: ${error.message}`));
    socket.on('close', () => this.#ended());
    this.#rpc.listen();
  }

  /** Bytes that wait until this client reads. */
  get pending(): number {
    return this.#outbound.pending;
  }

  /** Sends a notification if the client has said hello. */
  notify<N extends keyof Notifications>(method: N, params: Notifications[N]): void {
    if (this.#greeted) this.#send(() => this.#rpc.sendNotification(method, params));
  }

  /** Sends a close frame with the reason; ws destroys the socket when the client does not answer in time. */
  close(status: number, reason: CodedError): void {
    this.#socket.resume();
    this.#socket.close(status, closeReason(reason));
  }

  /** Aborts all running requests. Resolves when each has its answer, or after `ms` milliseconds. */
  async abortRunning(ms: number): Promise<void> {
    for (const controller of this.#running) controller.abort();
    const end = Date.now() + ms;
    while (this.#running.size > 0 && Date.now() < end) await delay(10);
  }

  /** Destroys the socket. */
  terminate(): void {
    this.#socket.terminate();
  }

  async #answer(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    if (this.#running.size >= requestsMax) {
      return toResponseError(
        new CodedError(
          'queue.full',
          `Too many open requests on one connection (${requestsMax}): wait for some to end.`,
        ),
      );
    }
    const controller = new AbortController();
    const cancelled = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    this.#running.add(controller);
    let progress: ProgressStream | undefined;
    try {
      const { partialResultToken, ...rest } = (params ?? {}) as Record<string, unknown>;
      if (typeof partialResultToken === 'string' || typeof partialResultToken === 'number') {
        progress = new ProgressStream(this.#outbound, (value) =>
          this.#send(() => this.#rpc.sendProgress(progressType, partialResultToken, value)),
        );
      } else if (partialResultToken !== undefined) {
        throw new CodedError('request.invalid', 'Expected a string or a number for partialResultToken.', {
          data: { field: 'partialResultToken' },
        });
      }
      if (!isMethodName(method))
        throw new CodedError('request.unknown-method', `There is no method ${method.slice(0, 64)}.`);
      if (method !== 'hello' && !this.#greeted)
        throw new CodedError('protocol.version', 'Expected hello as the first request.');
      return await this.#call(method, readParams(method, rest), this.#context(controller.signal, progress));
    } catch (thrown) {
      return this.#refusal(method, thrown, controller.signal);
    } finally {
      progress?.flush();
      cancelled.dispose();
      this.#running.delete(controller);
    }
  }

  async #call<M extends MethodName>(method: M, params: Params<M>, context: CallContext): Promise<Result<M>> {
    if (method === 'hello') this.#greet(params as Params<'hello'>);
    const handler: Handler<M> = this.#handlers[method];
    return await handler(params, context);
  }

  #greet(params: Params<'hello'>): void {
    if (params.protocol !== protocolVersion) {
      throw new CodedError(
        'protocol.version',
        `This daemon speaks protocol ${protocolVersion}, the client ${params.protocol}: update the older one.`,
        {
          data: { daemon: protocolVersion, client: params.protocol },
        },
      );
    }
    this.#greeted = true;
    this.#client = params.client;
  }

  #refusal(method: string, thrown: unknown, signal: AbortSignal): unknown {
    const error =
      signal.aborted && !(thrown instanceof CodedError)
        ? new CodedError('request.cancelled', 'The request was cancelled.', { cause: thrown })
        : toCodedError(thrown);
    if (error.code === 'internal.failed') this.#log('warn', `${method} failed: ${error.stack ?? error.message}`);
    // Later, so that the answer is sent before the close frame.
    if (error.code === 'protocol.version') setImmediate(() => this.close(closePolicy, error));
    return toResponseError(error);
  }

  #context(signal: AbortSignal, progress: ProgressStream | undefined): CallContext {
    return {
      client: this,
      signal,
      progress: (value) => progress?.push(value),
      ready: () => this.#outbound.ready(),
      hold: (session) => this.#hold(session),
      drop: (session) => this.#drop(session),
    };
  }

  #hold(session: string): void {
    if (this.#sessions.has(session)) return;
    this.#sessions.add(session);
    this.#holds.hold(session, this);
    // The connection ended before the request did.
    if (this.#socket.readyState === this.#socket.CLOSED) this.#drop(session);
  }

  #drop(session: string): void {
    if (this.#sessions.delete(session)) this.#holds.release(session, this);
  }

  #giveUp(): void {
    this.#log(
      'warn',
      `${this.#client} has stopped reading (${this.#outbound.pending} bytes wait) and is disconnected.`,
    );
    for (const controller of this.#running) controller.abort();
    this.terminate();
  }

  #ended(): void {
    this.#outbound.close();
    for (const controller of this.#running) controller.abort();
    for (const session of this.#sessions) this.#drop(session);
    this.#rpc.dispose();
  }

  /** Sends unless the client is gone: vscode-jsonrpc would throw then. */
  #send(message: () => Promise<void>): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    message().catch((error: unknown) => this.#log('debug', `${this.#client}: not sent: ${String(error)}`));
  }
}

/** The error's code and message, cut to the 123 bytes of a close frame. */
function closeReason(error: CodedError): string {
  return Buffer.from(`${error.code}: ${error.message}`)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\uFFFD$/, '');
}
