import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { isInitializeRequest, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { refuseSource, refuseToken } from '../../native/local/access-check.ts';
import { readJsonBody } from '../../native/local/request-body.ts';
import { toCodedError } from '../../native/protocol/coded-error.ts';
import type { OfferedTools } from '../tools/offered-tools.ts';
import { isRecord } from '../workspace/is-record.ts';
import { ToolSession, type SessionOptions } from './tool-session.ts';

export interface PortOptions extends SessionOptions {
  /** The port that is taken if it is free; else any other. */
  readonly port: number;
  readonly token: string;
  readonly tools: OfferedTools;
}

interface OpenSession {
  readonly session: ToolSession;
  readonly transport: StreamableHTTPServerTransport;
  usedAt: number;
}

const address = '127.0.0.1';
const path = '/mcp';
/** Arguments of the tools are names. */
const bodyBytesMax = 1 << 20;
/** Clients that end without a word are forgotten, the one that was quiet for longest first. */
const sessionsMax = 16;
const connectionsMax = 64;

/**
 * The tools on a port of this machine, as a server of the Model Context Protocol over HTTP. Refuses wrong hosts,
 * origins and tokens before it reads anything else. Owns: the port and its sessions.
 */
export class ToolPort {
  readonly #options: PortOptions;
  readonly #server: Server;
  readonly #access: { token: string; readonly allowedOrigins: readonly string[] };
  readonly #sessions = new Map<string, OpenSession>();
  readonly port: number;

  private constructor(server: Server, options: PortOptions) {
    this.#server = server;
    this.#options = options;
    this.#access = { token: options.token, allowedOrigins: [] };
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch((thrown: unknown) => {
        const { message, data } = toCodedError(thrown);
        if (response.headersSent) response.destroy();
        else refuse(response, typeof data?.status === 'number' ? data.status : 400, message);
      });
    });
  }

  /** Listens. Rejects with Node's error when no port is available. */
  static async start(options: PortOptions): Promise<ToolPort> {
    const server = await listen(options.port).catch(() => listen(0));
    return new ToolPort(server, options);
  }

  get url(): string {
    return `http://${address}:${this.port}${path}`;
  }

  /** The names that the clients of now give themselves. */
  get clients(): readonly string[] {
    return [...this.#sessions.values()].flatMap(({ session }) => session.client ?? []);
  }

  /** Another token from now on: the clients of the former one are ended. */
  async renew(token: string): Promise<void> {
    if (token === this.#access.token) return;
    this.#access.token = token;
    await this.#endSessions();
    this.#server.closeAllConnections();
  }

  /** Closes the port and ends all calls. */
  async close(): Promise<void> {
    this.#server.close();
    // First, so that clients see a broken connection, not an answer without an end.
    this.#server.closeAllConnections();
    await this.#endSessions();
  }

  async #endSessions(): Promise<void> {
    const open = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(open.map(({ session }) => session.close()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refuseSource(request, this.#access) ?? refuseToken(request, this.#access);
    if (refusal !== undefined) throw refusal;
    if (request.url?.replace(/[?#].*$/, '') !== path) return refuse(response, 404, `Expected ${path} as the path.`);
    if (request.method === 'POST') return this.#post(request, response);
    if (request.method === 'DELETE') return this.#delete(request, response);
    response.setHeader('allow', 'POST, DELETE');
    refuse(response, 405, 'Messages are sent with POST. This server sends none by itself.');
  }

  async #post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJsonBody(request, bodyBytesMax);
    if (!isRecord(body)) return refuse(response, 400, 'Expected one JSON-RPC message.', -32_700);
    const open = isInitializeRequest(body) ? await this.#open() : this.#find(request);
    if (open === undefined) return refuse(response, 404, 'There is no such session: begin with initialize.', -32_001);
    open.usedAt = Date.now();
    const { id } = body;
    if (typeof id === 'string' || typeof id === 'number') abandonWhenGone(response, open.session, id);
    await open.transport.handleRequest(request, response, body);
  }

  async #delete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const open = this.#find(request);
    if (open === undefined) return refuse(response, 404, 'There is no such session.', -32_001);
    await open.transport.handleRequest(request, response);
  }

  #find({ headers }: IncomingMessage): OpenSession | undefined {
    const id = headers['mcp-session-id'];
    return typeof id === 'string' ? this.#sessions.get(id) : undefined;
  }

  async #open(): Promise<OpenSession> {
    await this.#makeRoom();
    const session = new ToolSession(this.#options.tools, this.#options);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, { session, transport, usedAt: Date.now() }),
      onsessionclosed: async (id) => {
        this.#sessions.delete(id);
        await session.close();
      },
    });
    await session.connect(transport);
    return { session, transport, usedAt: Date.now() };
  }

  async #makeRoom(): Promise<void> {
    if (this.#sessions.size < sessionsMax) return;
    const byUse = [...this.#sessions].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    const [id, oldest] = byUse.find(([, { session }]) => !session.isBusy) ?? byUse[0] ?? [];
    if (id === undefined || oldest === undefined) return;
    this.#sessions.delete(id);
    await oldest.session.close();
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return server;
}

/** Nobody would get the answer of a call whose client has gone. */
function abandonWhenGone(response: ServerResponse, session: ToolSession, id: RequestId): void {
  response.once('close', () => {
    if (!response.writableFinished) session.abandon([id]);
  });
}

/** Answers with an error as JSON-RPC has it, and reads nothing more of this client. */
function refuse(response: ServerResponse, status: number, message: string, code = -32_000): void {
  response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null }));
}
