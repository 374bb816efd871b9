/** Calls `onIdle` when the daemon has had no client and no request for `idleMs`. */
export class IdleClock {
  readonly #idleMs: number | undefined;
  readonly #onIdle: () => void;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `idleMs` undefined: never calls. The time starts with the first call of `release` or `start`. */
  constructor(idleMs: number | undefined, onIdle: () => void) {
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  /** Starts the clock if there is no client or request. */
  start(): void {
    this.#arm();
  }

  /** A client or a request came. */
  use(): void {
    this.#users += 1;
    clearTimeout(this.#timer);
  }

  /** A client or a request ended. */
  release(): void {
    this.#users -= 1;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#idleMs === undefined || this.#users > 0) return;
    this.#timer = setTimeout(this.#onIdle, this.#idleMs);
    this.#timer.unref();
  }
}
