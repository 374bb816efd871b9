interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

const windowMs = 10_000;
const sampleMs = 250;
const settledMs = 1500;

/** The speed of a download, over its last ten seconds. */
export class DownloadRate {
  readonly #now: () => number;
  #samples: Sample[] = [];

  /** `now`: a clock in milliseconds that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** `bytes` are there in all. */
  add(bytes: number): void {
    const atMs = this.#now();
    const last = this.#samples.at(-1);
    if (last !== undefined && bytes < last.bytes) this.#samples = [];
    const before = this.#samples.at(-2);
    // Many pieces arrive in a moment: the newest sample moves on until it is far enough from the one before.
    if (last !== undefined && before !== undefined && last.atMs - before.atMs < sampleMs) this.#samples.pop();
    this.#samples.push({ atMs, bytes });
    while ((this.#samples[1]?.atMs ?? atMs) < atMs - windowMs) this.#samples.shift();
  }

  /** Undefined in the first second and a half. */
  get bytesPerSecond(): number | undefined {
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const ms = this.#now() - first.atMs;
    return ms < settledMs ? undefined : Math.round(((last.bytes - first.bytes) * 1000) / ms);
  }

  /** Seconds until `bytes` more are there. */
  secondsLeft(bytes: number): number | undefined {
    const speed = this.bytesPerSecond;
    return speed === undefined || speed === 0 ? undefined : Math.ceil(bytes / speed);
  }

  /** Forgets what came before a pause or a check. */
  reset(): void {
    this.#samples = [];
  }
}
