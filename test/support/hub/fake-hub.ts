import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request that arrived. */
export interface SeenRequest {
  readonly server: 'hub' | 'cdn';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** How the server of files behaves. Everything may be changed while it runs. */
export interface CdnBehaviour {
  /** Ends the connection after so many bytes of an answer. */
  dropAfter?: number | undefined;
  /** Sends so many bytes and then nothing more until the test ends. */
  stallAfter?: number | undefined;
  /** Answers a range with the whole file. */
  ignoresRanges?: boolean;
  /** Sends other bytes than were announced. */
  corrupts?: boolean;
  etag?: string;
  /** Answers so instead of with the file. */
  status?: number | undefined;
  headers?: Readonly<Record<string, string>>;
}

export const commit = 'c'.repeat(40);

/**
 * A hub with Hugging Face's interface on loopback, and a second server to which it redirects for the bytes, as the
 * real one does. Speaks plain http.
 */
export class FakeHub {
  readonly seen: SeenRequest[] = [];
  readonly cdn: CdnBehaviour = { etag: '"one"' };
  /** Status of the hub's own answers; undefined: as things are. */
  status: number | undefined;
  /** The token that the hub asks for. */
  token: string | undefined;
  /** What the hub says of the hash of a file; undefined: the truth. */
  linkedEtag: string | undefined;
  /** Files per page of a listing. */
  pageSize = 1000;
  readonly #repositories = new Map<string, Map<string, Buffer>>();
  readonly #servers: Server[] = [];
  readonly #waiting = new Set<() => void>();

  static async start(): Promise<FakeHub> {
    const hub = new FakeHub();
    for (const name of ['hub', 'cdn'] as const) {
      const server = createServer((request, response) => {
        hub.#note(name, request);
        if (name === 'hub') hub.#answer(request, response);
        else hub.#send(request, response);
      });
      hub.#servers.push(server);
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    }
    return hub;
  }

  /** For a test: stops when it ends. */
  static async forTest(): Promise<FakeHub> {
    const hub = await FakeHub.start();
    onTestFinished(() => hub.stop());
    return hub;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port(0)}`;
  }

  /** The requests for bytes of files. */
  get loads(): readonly SeenRequest[] {
    return this.seen.filter(({ server }) => server === 'cdn');
  }

  add(repository: string, files: Readonly<Record<string, Buffer>>): void {
    this.#repositories.set(repository, new Map(Object.entries(files)));
  }

  /** Resolves when a request fits. */
  async waitFor(fits: (seen: readonly SeenRequest[]) => boolean): Promise<void> {
    while (!fits(this.seen)) await new Promise<void>((resolve) => void this.#waiting.add(resolve));
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    }
  }

  #port(index: number): number {
    const server = this.#servers[index] as Server;
    return (server.address() as AddressInfo).port;
  }

  #note(server: 'hub' | 'cdn', request: IncomingMessage): void {
    const { range, authorization } = request.headers;
    this.seen.push({ server, path: request.url ?? '', range, authorization });
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', this.endpoint);
    if (this.status !== undefined) return void response.writeHead(this.status).end();
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`)
      return void response.writeHead(401).end();
    const resolve = /^\/([^/]+\/[^/]+)\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(url.pathname);
    if (resolve !== null) return this.#redirect(resolve[1] ?? '', decodeURIComponent(resolve[2] ?? ''), response);
    if (url.pathname === '/api/models') return this.#search(url, response);
    const asked = /^\/api\/models\/([^/]+\/[^/]+)(\/tree\/[0-9a-f]{40})?$/.exec(url.pathname);
    const files = this.#repositories.get(asked?.[1] ?? '');
    if (files === undefined) return void response.writeHead(404).end();
    if (asked?.[2] === undefined) return json(response, { id: asked?.[1], sha: commit });
    const from = Number(url.searchParams.get('cursor') ?? 0);
    const next = from + this.pageSize;
    if (next < files.size) {
      url.searchParams.set('cursor', String(next));
      response.setHeader('link', `<${url.href}>; rel="next"`);
    }
    json(response, [...files].map(listed).slice(from, next));
  }

  #search(url: URL, response: ServerResponse): void {
    const text = (url.searchParams.get('search') ?? '').toLowerCase();
    const found = [...this.#repositories.keys()].filter((name) => name.toLowerCase().includes(text));
    json(
      response,
      found.map((id) => ({ id, downloads: 1234, likes: 5, gated: false, tags: ['gguf', 'license:mit'] })),
    );
  }

  #redirect(repository: string, path: string, response: ServerResponse): void {
    const bytes = this.#repositories.get(repository)?.get(path);
    if (bytes === undefined) return void response.writeHead(404).end();
    response
      .writeHead(302, {
        location: `http://127.0.0.1:${this.#port(1)}/${repository}/${encodeURIComponent(path)}`,
        'x-linked-etag': `"${this.linkedEtag ?? sha256(bytes)}"`,
        'x-linked-size': String(bytes.length),
      })
      .end();
  }

  #send(request: IncomingMessage, response: ServerResponse): void {
    const { cdn } = this;
    if (cdn.status !== undefined) return void response.writeHead(cdn.status, cdn.headers).end();
    const [, owner = '', name = '', path = ''] = (request.url ?? '').split('/');
    const whole = this.#repositories.get(`${owner}/${name}`)?.get(decodeURIComponent(path));
    if (whole === undefined) return void response.writeHead(404).end();
    const bytes = cdn.corrupts === true ? Buffer.alloc(whole.length, 7) : whole;
    const range = cdn.ignoresRanges === true ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    if (from >= bytes.length) return void response.writeHead(416).end();
    const rest = bytes.subarray(from, range === null || range[2] === '' ? undefined : Number(range[2]) + 1);
    response.writeHead(range === null ? 200 : 206, {
      etag: cdn.etag ?? '',
      'content-length': String(rest.length),
      ...(range !== null && { 'content-range': `bytes ${from}-${from + rest.length - 1}/${bytes.length}` }),
    });
    const { dropAfter, stallAfter } = cdn;
    const sent = Math.min(rest.length, dropAfter ?? stallAfter ?? rest.length);
    if (sent === rest.length) return void response.end(rest);
    response.write(rest.subarray(0, sent), () => {
      if (dropAfter !== undefined) response.destroy();
    });
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function listed([path, bytes]: readonly [string, Buffer]): object {
  const lfs = path.endsWith('.gguf') ? { lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } } : {};
  return { type: 'file', path, size: bytes.length, oid: 'a'.repeat(40), ...lfs };
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
