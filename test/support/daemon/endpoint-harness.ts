import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import type { EndpointContext } from '../../../native/daemon/http/endpoint-context.ts';
import type { HttpEntrance } from '../../../native/daemon/http/router.ts';
import { handleRequest, routeHttp } from '../../../native/daemon/http/router.ts';

/** The endpoint on its own port, without the daemon around it; the token is `secret`. */
export class EndpointHarness {
  readonly url: string;
  readonly client: OpenAI;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.client = new OpenAI({ baseURL: `${this.url}/v1`, apiKey: 'secret', maxRetries: 0 });
  }

  static async start(context: EndpointContext): Promise<EndpointHarness> {
    const server = createServer((request, response) => {
      const entrance: HttpEntrance = {
        identity: {},
        endpoint: (call, answer) => void handleRequest(call, answer, context),
        isReady: () => context.model() !== undefined,
      };
      routeHttp(request, response, entrance, request.headers.authorization === 'Bearer secret');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new EndpointHarness(server);
  }

  /** Sends JSON with the token; `body` may also be raw text. */
  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(`${this.url}${path}`, {
      method: 'POST',
      body: text,
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
      ...init,
    });
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { authorization: 'Bearer secret' }, ...init });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
