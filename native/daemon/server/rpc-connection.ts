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

/** Told which sessions a connection keeps, once for each session and connection. */
export type SessionHolds = Pick<SessionApi, 'hold' | 'release'>;

/** What a connection needs of the daemon around it. */
export interface ConnectionHost {
  readonly limits: OutboundLimits;
  readonly sessions: SessionHolds;
  log(level: 'debug' | 'info' | 'warn', text: string): void;
}

/**
 * One client: its frames, its running requests and the sessions it holds. Does not own what the methods do. When the
 * socket closes, every running request is aborted and every session released.
 */
export class RpcConnection {
  readonly #socket: WebSocket;
  readonly #handlers: HandlerTable;
  readonly #host: ConnectionHost;
  readonly #outbound: Outbound;
  readonly #rpc: MessageConnection;
  readonly #running = new Set<AbortController>();
  readonly #sessions = new Set<string>();
  #greeted = false;
  #client = 'a client';

  constructor(socket: WebSocket, handlers: HandlerTable, host: ConnectionHost) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#host = host;
    // Who does not read is not read from either: its requests would only make more to send.
    this.#outbound = new Outbound(
      socket,
      host.limits,
      () => this.#giveUp(),
      (congested) => (congested ? socket.pause() : socket.resume()),
    );
    const reader = new SocketReader(socket, (error) => this.close(closePolicy, error));
    this.#rpc = createMessageConnection(reader, new SocketWriter(this.#outbound), NullLogger);
    this.#rpc.onRequest((method: string, params: unknown, token: CancellationToken) =>
      this.#answer(method, params, token),
    );
    socket.on('error', (error) => host.log('debug', `${this.#client}: ${error.message}`));
    socket.on('close', () => this.#ended());
    this.#rpc.listen();
  }

  /** Bytes that wait for this client to read. */
  get pending(): number {
    return this.#outbound.pending;
  }

  notify<N extends keyof Notifications>(method: N, params: Notifications[N]): void {
    if (this.#greeted) this.#send(() => this.#rpc.sendNotification(method, params));
  }

  /** Says why and closes; the socket is destroyed when the client does not answer within the time ws allows. */
  close(status: number, reason: CodedError): void {
    this.#socket.resume();
    this.#socket.close(status, closeReason(reason));
  }

  /** Aborts what runs and resolves when every request has its answer, or after `ms` milliseconds. */
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
    if (error.code === 'internal.failed') this.#host.log('warn', `${method} failed: ${error.stack ?? error.message}`);
    // The answer goes first, then the close frame behind it.
    if (error.code === 'protocol.version') setImmediate(() => this.close(closePolicy, error));
    return toResponseError(error);
  }

  #context(signal: AbortSignal, progress: ProgressStream | undefined): CallContext {
    return {
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
    this.#host.sessions.hold(session);
    // The request outlived its connection.
    if (this.#socket.readyState === this.#socket.CLOSED) this.#drop(session);
  }

  #drop(session: string): void {
    if (this.#sessions.delete(session)) this.#host.sessions.release(session);
  }

  #giveUp(): void {
    this.#host.log(
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

  /** Sends unless the client is gone: then vscode-jsonrpc would throw. */
  #send(message: () => Promise<void>): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    message().catch((error: unknown) => this.#host.log('debug', `${this.#client}: not sent: ${String(error)}`));
  }
}

/** A close reason may have 123 bytes; it starts with the code. */
function closeReason(error: CodedError): string {
  return Buffer.from(`${error.code}: ${error.message}`)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\uFFFD$/, '');
}
