// Faked: an OpenAI-compatible server, answer by answer, over real HTTP.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: FakeBody;
}

/** The fields of requests that tests look at. */
interface FakeBody {
  readonly model?: string;
  readonly messages?: readonly Readonly<Record<string, unknown>>[];
  readonly tools?: readonly unknown[];
  readonly tool_choice?: unknown;
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly stream_options?: unknown;
  readonly response_format?: unknown;
  readonly temperature?: number;
  readonly prompt?: string;
}

export type Answer = (response: ServerResponse, asked: Asked) => void | Promise<void>;

/** Serves one model named `fake` and answers chat requests from a list, in order. */
export class FakeEngine {
  readonly asked: Asked[] = [];
  /** Answers at other addresses than the chat's, by path. */
  readonly pages = new Map<string, Answer>();
  readonly #answers: Answer[] = [];
  readonly #server: Server;
  /** Emptied when the client has left a request. */
  readonly #open = new Set<ServerResponse>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<FakeEngine> {
    const server = createServer();
    const engine = new FakeEngine(server);
    engine.pages.set('/v1/models', json({ data: [{ id: 'fake', max_model_len: 32_768 }] }));
    server.on('request', (request, response) => void engine.#handle(request, response));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return engine;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get chats(): readonly Asked[] {
    return this.asked.filter(({ path }) => path === '/v1/chat/completions');
  }

  /** Requests whose client waits for more. */
  get running(): number {
    return this.#open.size;
  }

  /** Adds answers to the next chat requests. */
  will(...answers: readonly Answer[]): void {
    this.#answers.push(...answers);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString('utf8');
    const path = (request.url ?? '').replace(/\?.*$/, '');
    const asked: Asked = {
      method: request.method ?? '',
      path,
      headers: request.headers,
      body: text === '' ? {} : (JSON.parse(text) as FakeBody),
    };
    this.asked.push(asked);
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
    const answer = path === '/v1/chat/completions' ? this.#answers.shift() : this.pages.get(path);
    await (answer ?? refuse(404, { error: { message: `There is no ${path}.` } }))(response, asked);
  }
}

export function json(value: unknown): Answer {
  return (response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
}

export function refuse(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Deltas as a stream of events. `end` writes what comes after them; the default ends the reply as it should. */
export function stream(deltas: readonly object[], end: Answer = finish('stop')): Answer {
  return async (response, asked) => {
    response.setHeader('content-type', 'text/event-stream');
    for (const delta of deltas) response.write(event({ choices: [{ index: 0, delta }] }));
    await end(response, asked);
  };
}

/** The last chunks: why it ended, what it cost, and the end. */
export function finish(reason: string, usage?: { prompt: number; completion: number; cached?: number }): Answer {
  return (response) => {
    response.write(event({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }));
    if (usage !== undefined)
      response.write(
        event({
          choices: [],
          usage: {
            prompt_tokens: usage.prompt,
            completion_tokens: usage.completion,
            ...(usage.cached !== undefined && { prompt_tokens_details: { cached_tokens: usage.cached } }),
          },
        }),
      );
    response.end('data: [DONE]\n\n');
  };
}

/** The connection breaks off. */
export const breakOff: Answer = async (response) => {
  await new Promise((resolve) => void response.write(': \n\n', resolve));
  response.destroy();
};

/** Nothing more comes. */
export const hang: Answer = (response) => void response.flushHeaders();

export function event(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A piece of a call, as OpenAI streams it. */
export function callDelta(index: number, id: string | undefined, name: string | undefined, text: string): object {
  return {
    tool_calls: [
      {
        index,
        ...(id !== undefined && { id, type: 'function' }),
        function: { ...(name !== undefined && { name }), arguments: text },
      },
    ],
  };
}
