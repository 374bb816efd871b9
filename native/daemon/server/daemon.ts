import { setTimeout as delay } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { protocolVersion } from '../../protocol/methods.ts';
import type { Notifications, StatusResult } from '../../protocol/methods.ts';
import type { AccessRules } from '../../local/access-check.ts';
import { daemonMethods } from './daemon-methods.ts';
import type { DaemonFacts } from './daemon-methods.ts';
import type { HandlerTable } from './handler-table.ts';
import { routeHttp } from '../http/router.ts';
import { IdleClock } from './idle-clock.ts';
import { Listener } from './listener.ts';
import { modelMethods } from './model-methods.ts';
import type { ModelApi } from './model-methods.ts';
import type { Loadable, ModelLifecycle } from './model-lifecycle.ts';
import { defaultOutboundLimits } from './outbound.ts';
import type { OutboundLimits } from './outbound.ts';
import { RpcServer } from './rpc-server.ts';
import { SharedEndpoint } from './shared-endpoint.ts';
import { sessionMethods } from './session-methods.ts';
import type { SessionApi } from './session-methods.ts';

const closeGraceMs = 1000;
const engineGraceMs = 8000;

export interface DaemonOptions {
  readonly port: number;
  readonly access: AccessRules;
  /** Whether the daemon's own port answers HTTP clients. */
  readonly http: boolean;
  /** The daemon stops after this many milliseconds without a client; undefined: never. */
  readonly idleMs?: number;
  readonly limits?: OutboundLimits;
  readonly heartbeatMs?: number; // default 30000
  log(level: 'debug' | 'info' | 'warn', text: string): void;
}

/** The parts that answer requests: real ones from cli/daemon-api.ts, fakes in tests. */
export interface DaemonApi {
  readonly facts: DaemonFacts;
  readonly lifecycle: ModelLifecycle<Loadable>;
  readonly models: ModelApi;
  readonly sessions: SessionApi;
  /** Current counts for `status`; the daemon adds the model, memory and uptime. */
  status(): Omit<StatusResult, 'memoryBytes' | 'uptimeSeconds' | 'model' | 'loading'>;
  /** Answers an authorised HTTP request. Resolves when the answer is complete. */
  readonly endpoint: (request: IncomingMessage, response: ServerResponse, status: () => StatusResult) => Promise<void>;
}

/**
 * The running server. Owns: the port, its clients, their methods, and an orderly end. Does not own: the lock, the
 * discovery file, the process.
 */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #api: DaemonApi;
  readonly #rpc: RpcServer;
  readonly #idle: IdleClock;
  readonly #shared: SharedEndpoint;
  readonly #stopRequested: Promise<string>;
  #requestStop: (reason: string) => void = () => undefined;
  #listener: Listener | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: DaemonOptions, api: DaemonApi) {
    this.#options = options;
    this.#api = api;
    this.#stopRequested = new Promise((resolve) => {
      this.#requestStop = resolve;
    });
    this.#idle = new IdleClock(options.idleMs, () => this.requestStop('Nobody has used the daemon for a while.'));
    this.#shared = new SharedEndpoint((request, response, authorized) =>
      this.#onRequest(request, response, { authorized, enabled: true }),
    );
    const handlers: HandlerTable = {
      ...daemonMethods({
        facts: api.facts,
        status: () => this.status(),
        stop: (reason) => this.requestStop(reason),
        shared: this.#shared,
      }),
      ...modelMethods(api.lifecycle, api.models),
      ...sessionMethods(api.sessions),
    };
    this.#rpc = new RpcServer(handlers, api.sessions, {
      limits: options.limits ?? defaultOutboundLimits,
      heartbeatMs: options.heartbeatMs ?? 30_000,
      log: (level, text) => options.log(level, text),
      onClient: (change) => (change === 'came' ? this.#idle.use() : this.#idle.release()),
    });
  }

  /** Opens the port. Rejects with `option.invalid` when it is not available. */
  async listen(): Promise<{ readonly port: number; readonly url: string }> {
    const { port, access, http } = this.#options;
    this.#listener = await Listener.start({
      port,
      access,
      onSocket: (socket) => this.#rpc.accept(socket),
      onRequest: (request, response, authorized) => this.#onRequest(request, response, { authorized, enabled: http }),
    });
    return { port: this.#listener.port, url: this.#listener.url };
  }

  /** Starts to measure the time without clients. */
  startIdleClock(): void {
    this.#idle.start();
  }

  status(): StatusResult {
    const { lifecycle, status } = this.#api;
    return {
      model: lifecycle.runtime?.loaded,
      loading: lifecycle.loading,
      ...status(),
      memoryBytes: process.memoryUsage.rss(),
      uptimeSeconds: process.uptime(),
    };
  }

  notify<N extends keyof Notifications>(method: N, params: Notifications[N]): void {
    this.#rpc.notify(method, params);
  }

  /** Asks the daemon to end; called for a client, a signal, or the idle clock. */
  requestStop(reason: string): void {
    this.#requestStop(reason);
  }

  /** Resolves with the reason of the first `requestStop`. */
  stopRequested(): Promise<string> {
    return this.#stopRequested;
  }

  /**
   * Ends requests, clients and the model, in this order and within about ten seconds. Idempotent. Resolves to false
   * when the engine did not end in time.
   */
  async stop(reason: string): Promise<boolean> {
    let inTime = true;
    this.#stopped ??= (async () => {
      this.#idle.stop();
      this.#listener?.stopListening();
      await this.#shared.close();
      await this.#rpc.closeAll(reason, closeGraceMs);
      this.#listener?.destroyConnections();
      const timer = new AbortController();
      await Promise.race([
        this.#api.lifecycle.close().finally(() => timer.abort()),
        delay(engineGraceMs, undefined, { signal: timer.signal }).then(
          () => (inTime = false),
          () => undefined,
        ),
      ]);
    })();
    await this.#stopped;
    return inTime;
  }

  #onRequest(
    request: IncomingMessage,
    response: ServerResponse,
    { authorized, enabled }: { readonly authorized: boolean; readonly enabled: boolean },
  ): void {
    const { endpoint, facts, lifecycle } = this.#api;
    routeHttp(
      request,
      response,
      {
        identity: { pid: process.pid, protocol: protocolVersion, version: facts.version },
        isReady: () => lifecycle.runtime !== undefined,
        endpoint: !enabled
          ? undefined
          : (request, response) => {
              this.#idle.use();
              response.once('close', () => this.#idle.release());
              endpoint(request, response, () => this.status()).catch((error: unknown) => {
                this.#options.log('warn', `An HTTP request failed: ${String(error)}`);
                response.destroy();
              });
            },
      },
      authorized,
    );
  }
}
