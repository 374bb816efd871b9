/** What takes whole frames and says when each has left this process; a WebSocket, or a fake in tests. */
export interface FrameSink {
  send(frame: string, sent: (error?: Error) => void): void;
}

export interface OutboundLimits {
  /** Bytes waiting above which generation is held back and progress is merged. */
  readonly highWater: number;
  /** Bytes waiting below which both go on. */
  readonly lowWater: number;
  /** Bytes waiting above which the client is given up at once. */
  readonly hardLimit: number;
  /** Milliseconds a congested client may take none of what waits. */
  readonly stalledMs: number;
}

export const defaultOutboundLimits: OutboundLimits = {
  highWater: 256 * 1024,
  lowWater: 64 * 1024,
  hardLimit: 128 * 1024 * 1024,
  stalledMs: 60_000,
};

/**
 * Owns the count of what waits to be written to one client. Does not own the socket: `onStalled` tells its owner that
 * the client has stopped reading, `onCongestion` that it may as well stop reading from it.
 */
export class Outbound {
  readonly #sink: FrameSink;
  readonly #limits: OutboundLimits;
  readonly #onStalled: () => void;
  readonly #onCongestion: (congested: boolean) => void;
  #waiting: (() => void)[] = [];
  #pending = 0;
  #congested = false;
  #failed = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    sink: FrameSink,
    limits: OutboundLimits,
    onStalled: () => void,
    onCongestion: (congested: boolean) => void,
  ) {
    this.#sink = sink;
    this.#limits = limits;
    this.#onStalled = onStalled;
    this.#onCongestion = onCongestion;
  }

  /** Bytes handed over and not yet taken by the operating system. */
  get pending(): number {
    return this.#pending;
  }

  get congested(): boolean {
    return this.#congested || this.#failed;
  }

  /** Queues one frame; after close() it is dropped. */
  send(frame: string): void {
    if (this.#closed) return;
    const bytes = Buffer.byteLength(frame);
    this.#pending += bytes;
    if (this.#pending > this.#limits.highWater) this.#congest();
    this.#sink.send(frame, (error) => this.#sent(bytes, error));
    if (this.#pending > this.#limits.hardLimit) this.#onStalled();
  }

  /** Resolves when there is room: at once, after the client has read enough, or when it is gone. */
  ready(): Promise<void> {
    if (this.#closed || !(this.#congested || this.#failed)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Lets go of everyone who waits. Idempotent. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#release();
  }

  #congest(): void {
    if (this.#congested) return;
    this.#congested = true;
    this.#restartTimer();
    this.#onCongestion(true);
  }

  #sent(bytes: number, error: Error | null | undefined): void {
    this.#pending -= bytes;
    // A socket that fails is about to close: nobody makes more for it until it has.
    if (error instanceof Error) this.#failed = true;
    if (this.#closed || this.#failed || !this.#congested) return;
    if (this.#pending > this.#limits.lowWater) {
      this.#restartTimer();
      return;
    }
    this.#congested = false;
    clearTimeout(this.#timer);
    this.#onCongestion(false);
    this.#release();
  }

  #restartTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onStalled, this.#limits.stalledMs);
    this.#timer.unref();
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
