/** Calls back once when nobody has used the daemon for a time. */
export class IdleClock {
  readonly #idleMs: number | undefined;
  readonly #onIdle: () => void;
  #users = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `idleMs` undefined: never. The time starts with the first call of `release` or `start`. */
  constructor(idleMs: number | undefined, onIdle: () => void) {
    this.#idleMs = idleMs;
    this.#onIdle = onIdle;
  }

  /** From now on nobody being there counts. */
  start(): void {
    this.#arm();
  }

  /** A client or a request came. */
  use(): void {
    this.#users += 1;
    clearTimeout(this.#timer);
  }

  /** It went. */
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
