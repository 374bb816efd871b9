import {
  AbstractMessageReader,
  AbstractMessageWriter,
  CancellationTokenSource,
  createMessageConnection,
  NullLogger,
  ProgressType,
  ResponseError,
} from 'vscode-jsonrpc/node';
import type { DataCallback, Disposable, Message, MessageConnection } from 'vscode-jsonrpc/node';
import { WebSocket } from 'ws';
import { CodedError, isErrorCode } from '../../native/protocol/coded-error.ts';
import type { ErrorData } from '../../native/protocol/coded-error.ts';
import type { GenerateEvent } from '../../native/protocol/generation.ts';
import { protocolVersion } from '../../native/protocol/methods.ts';
import type {
  HelloResult,
  LoadProgress,
  MethodName,
  Notifications,
  Params,
  Result,
} from '../../native/protocol/methods.ts';

export interface Endpoint {
  readonly url: string; // http://127.0.0.1:PORT
  readonly token: string;
}

export interface ConnectOptions {
  /** The name this client gives in `hello`. */
  readonly client?: string;
  /** The protocol version it claims; default: its own. */
  readonly protocol?: number;
  /** More headers for the upgrade request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds for the connection and again for hello; default 30000. */
  readonly limitMs?: number;
}

const connectLimitMs = 30_000;
const closeLimitMs = 2000;

/** The payload of `$/progress` for a method. */
type ProgressOf<M extends MethodName> = M extends 'session.generate' ? GenerateEvent : LoadProgress;

export interface CallOptions<M extends MethodName> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (value: ProgressOf<M>) => void;
}

const anyProgress = new ProgressType<never>();
let progressTokens = 0;

/** A client of the daemon: typed requests with cancellation and progress, over one WebSocket. */
export class RpcClient {
  readonly socket: WebSocket;
  /** The daemon's answer to `hello`. */
  readonly hello: HelloResult;
  /** Resolves when the connection has ended, with the code and reason of the close frame. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #rpc: MessageConnection;

  private constructor(socket: WebSocket, rpc: MessageConnection, closed: RpcClient['closed'], hello: HelloResult) {
    this.socket = socket;
    this.#rpc = rpc;
    this.closed = closed;
    this.hello = hello;
  }

  /**
   * Connects and says hello. Rejects with the daemon's CodedError when it refuses, and with `daemon.unreachable` when
   * it does not answer.
   */
  static async connect(endpoint: Endpoint, options: ConnectOptions = {}): Promise<RpcClient> {
    const limitMs = options.limitMs ?? connectLimitMs;
    const socket = await openSocket(endpoint, options.headers, limitMs);
    const closed = new Promise<{ code: number; reason: string }>((resolve) =>
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
    );
    const rpc = createMessageConnection(new FrameReader(socket), new FrameWriter(socket), NullLogger);
    // Disposing rejects the requests that are still waiting.
    rpc.onClose(() => rpc.dispose());
    rpc.listen();
    const timer = setTimeout(() => socket.terminate(), limitMs);
    const hello = await call<'hello'>(rpc, 'hello', {
      protocol: options.protocol ?? protocolVersion,
      client: options.client ?? 'vscode',
    })
      .catch((error: unknown) => {
        throw lostUnlessCoded(error);
      })
      .finally(() => clearTimeout(timer));
    return new RpcClient(socket, rpc, closed, hello);
  }

  /** Sends a request. Rejects with a CodedError. After an abort the daemon is told to cancel, and still answers. */
  async request<M extends MethodName>(method: M, params: Params<M>, options: CallOptions<M> = {}): Promise<Result<M>> {
    const { signal, onProgress } = options;
    const cancellation = new CancellationTokenSource();
    const cancel = (): void => cancellation.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    const partialResultToken = onProgress === undefined ? undefined : `progress-${++progressTokens}`;
    const listening =
      partialResultToken === undefined || onProgress === undefined
        ? undefined
        : this.#rpc.onProgress(anyProgress, partialResultToken, onProgress);
    try {
      return await call<M>(this.#rpc, method, { ...params, partialResultToken }, cancellation);
    } catch (error) {
      throw lostUnlessCoded(error);
    } finally {
      listening?.dispose();
      signal?.removeEventListener('abort', cancel);
    }
  }

  onNotification<N extends keyof Notifications>(method: N, handler: (params: Notifications[N]) => void): Disposable {
    return this.#rpc.onNotification(method, handler);
  }

  /** Closes the connection and waits until it has ended, for a short time only where the daemon hangs. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.socket.terminate(), closeLimitMs);
    this.socket.close(1000);
    await this.closed;
    clearTimeout(timer);
  }
}

/** When the connection ends, the library rejects waiting requests with its own error. */
function lostUnlessCoded(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError('daemon.unreachable', 'The connection to the engine was lost.', { cause: error });
}

/** Opens a socket with the token. Rejects with `auth.denied` and the HTTP status when the daemon refuses it. */
export function openSocket(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>> = {},
  limitMs = connectLimitMs,
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(endpoint.url, {
      headers: { authorization: `Bearer ${endpoint.token}`, ...headers },
      perMessageDeflate: false,
      handshakeTimeout: limitMs,
      maxPayload: 256 * 1024 * 1024,
    });
    socket.once('open', () => resolve(socket));
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      socket.terminate();
      reject(
        new CodedError('auth.denied', `The engine refused the connection with status ${response.statusCode}.`, {
          data: { status: response.statusCode ?? 0 },
        }),
      );
    });
    socket.on('error', (error) =>
      reject(new CodedError('daemon.unreachable', `The engine does not answer: ${error.message}.`, { cause: error })),
    );
  });
}

async function call<M extends MethodName>(
  rpc: MessageConnection,
  method: M,
  params: object,
  cancellation = new CancellationTokenSource(),
): Promise<Result<M>> {
  try {
    return await rpc.sendRequest<Result<M>>(method, params, cancellation.token);
  } catch (error) {
    throw readError(error);
  }
}

function readError(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const { code, data } = (error.data ?? {}) as { code?: unknown; data?: ErrorData };
  return isErrorCode(code) ? new CodedError(code, error.message, { data, cause: error }) : error;
}

class FrameReader extends AbstractMessageReader {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
  }

  listen(callback: DataCallback): Disposable {
    this.#socket.on('message', (data) => callback(JSON.parse(String(data)) as Message));
    this.#socket.on('close', () => this.fireClose());
    return { dispose: () => this.#socket.removeAllListeners('message') };
  }
}

class FrameWriter extends AbstractMessageWriter {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
  }

  write(message: Message): Promise<void> {
    return new Promise((resolve, reject) =>
      this.#socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve())),
    );
  }

  end(): void {
    this.#socket.close();
  }
}
