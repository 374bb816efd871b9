import type { ServerResponse } from 'node:http';

/** How a dialect writes the objects of a stream. */
interface Framing {
  readonly contentType: string;
  frame(data: object): string;
  /** Follows the last object of a complete stream. */
  readonly end: string;
  /** Sent in silence; empty where the format knows no comment. */
  readonly comment: string;
}

const serverSent = { contentType: 'text/event-stream; charset=utf-8', comment: ': keep-alive\n\n' };

/** Server-sent events without names, as OpenAI's older endpoints write them. */
const plainEvents: Framing = {
  ...serverSent,
  frame: (data) => `data: ${JSON.stringify(data)}\n\n`,
  end: 'data: [DONE]\n\n',
};

/** Server-sent events that are named after the object's `type`: Anthropic's, and OpenAI's responses. */
export const namedEvents: Framing = {
  ...serverSent,
  frame: (data) => `event: ${'type' in data ? String(data.type) : 'message'}\ndata: ${JSON.stringify(data)}\n\n`,
  end: '',
};

/** One object per line, as Ollama writes them. */
export const jsonLines: Framing = {
  contentType: 'application/x-ndjson',
  comment: '',
  frame: (data) => `${JSON.stringify(data)}\n`,
  end: '',
};

/**
 * The stream of objects that answers one request. Nothing is written before `open`, so that a request refused until
 * then gets its own HTTP status. While there is nothing to send, comments keep proxies and clients from timing out.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #keepAliveMs: number;
  readonly #framing: Framing;
  #timer: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, keepAliveMs: number, framing: Framing = plainEvents) {
    this.#response = response;
    this.#keepAliveMs = keepAliveMs;
    this.#framing = framing;
  }

  /** Whether the answer has begun. */
  get opened(): boolean {
    return this.#response.headersSent;
  }

  /** Begins the answer; later calls do nothing. */
  open(): void {
    if (this.opened || this.#response.destroyed) return;
    this.#response.setHeader('content-type', this.#framing.contentType);
    this.#response.setHeader('cache-control', 'no-cache, no-transform');
    this.#response.setHeader('x-accel-buffering', 'no');
    this.#response.writeHead(200);
    this.#response.flushHeaders();
    this.#response.once('close', () => this.#stopTimer());
    if (this.#framing.comment !== '') this.#timer = setInterval(() => this.#comment(), this.#keepAliveMs);
  }

  /** Writes one event; opens the stream when it is not open yet. */
  send(data: object): void {
    this.open();
    this.#timer?.refresh();
    this.#write(this.#framing.frame(data));
  }

  /** Ends a complete stream. */
  finish(): void {
    this.open();
    this.#stopTimer();
    if (!this.#response.destroyed) this.#response.end(this.#framing.end);
  }

  /** Ends the stream with an error in place of the rest. */
  fail(data: object): void {
    this.#stopTimer();
    if (!this.#response.destroyed) this.#response.end(this.#framing.frame(data));
  }

  /** Resolves when the client has read enough of the written data, or has left. */
  async ready(): Promise<void> {
    if (!this.#response.writableNeedDrain || this.#response.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done);
        this.#response.off('close', done);
        resolve();
      };
      this.#response.once('drain', done);
      this.#response.once('close', done);
    });
  }

  #comment(): void {
    // Comments to a client that does not read would only pile up.
    if (!this.#response.writableNeedDrain) this.#write(this.#framing.comment);
  }

  #write(text: string): void {
    if (!this.#response.destroyed) this.#response.write(text);
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
