import type { ServerResponse } from 'node:http';

/**
 * Server-sent events on one response. Nothing is written before `open`, so that a request refused until then gets its
 * own HTTP status. While there is nothing to send, comments keep proxies and clients from timing out.
 */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #keepAliveMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, keepAliveMs: number) {
    this.#response = response;
    this.#keepAliveMs = keepAliveMs;
  }

  /** Whether the answer has begun. */
  get opened(): boolean {
    return this.#response.headersSent;
  }

  /** Begins the answer; later calls do nothing. */
  open(): void {
    if (this.opened || this.#response.destroyed) return;
    this.#response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    this.#response.setHeader('cache-control', 'no-cache, no-transform');
    this.#response.setHeader('x-accel-buffering', 'no');
    this.#response.writeHead(200);
    this.#response.flushHeaders();
    this.#response.once('close', () => this.#stopTimer());
    this.#timer = setInterval(() => this.#comment(), this.#keepAliveMs);
  }

  /** Writes one event; opens the stream when it is not open yet. */
  send(data: object): void {
    this.open();
    this.#timer?.refresh();
    this.#write(`data: ${JSON.stringify(data)}\n\n`);
  }

  /** Ends a complete stream. */
  finish(): void {
    this.open();
    this.#stopTimer();
    if (!this.#response.destroyed) this.#response.end('data: [DONE]\n\n');
  }

  /** Ends the stream with an error in place of the rest. */
  fail(data: object): void {
    this.#stopTimer();
    if (!this.#response.destroyed) this.#response.end(`data: ${JSON.stringify(data)}\n\n`);
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
    if (!this.#response.writableNeedDrain) this.#write(': keep-alive\n\n');
  }

  #write(text: string): void {
    if (!this.#response.destroyed) this.#response.write(text);
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
