/** Sends whole frames and calls back when each has left this process; a WebSocket, or a fake in tests. */
export interface FrameSink {
  send(frame: string, sent: (error?: Error) => void): void;
}

export interface OutboundLimits {
  /** More waiting bytes than this: generation pauses and progress is merged. */
  readonly highWater: number;
  /** No more waiting bytes than this: both continue. */
  readonly lowWater: number;
  /** More waiting bytes than this: the client is disconnected at once. */
  readonly hardLimit: number;
  /** A congested client that reads nothing for this many milliseconds is disconnected. */
  readonly stalledMs: number;
}

export const defaultOutboundLimits: OutboundLimits = {
  highWater: 256 * 1024,
  lowWater: 64 * 1024,
  hardLimit: 128 * 1024 * 1024,
  stalledMs: 60_000,
};

/**
 * Owns: the count of bytes that wait to be written to one client. Does not own: the socket. Calls `onStalled` when the
 * client has stopped reading and should be disconnected, and `onCongestion` when the owner should pause or resume
 * reading from it.
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

  /** Bytes sent that the operating system has not taken yet. */
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

  /** Resolves when there is room: at once, or when the client has read enough or is gone. */
  ready(): Promise<void> {
    if (this.#closed || !(this.#congested || this.#failed)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Drops later frames and resolves every `ready`. Idempotent. */
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
    // A failed socket is about to close: generate nothing more for it until then.
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
