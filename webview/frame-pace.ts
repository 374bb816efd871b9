/** The part of the time that drawing may take: the rest stays for typing and scrolling. */
const share = 0.3;
const pauseMax = 200; // milliseconds

/** Calls `draw` once per animation frame at most while it is asked for, and more rarely when drawing takes long. */
export class FramePace {
  readonly #draw: () => void;
  #asked = false;
  #notBefore = 0;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  ask(): void {
    if (this.#asked) return;
    this.#asked = true;
    const wait = this.#notBefore - performance.now();
    if (wait > 20) setTimeout(() => requestAnimationFrame(() => this.#run()), wait - 16);
    else requestAnimationFrame(() => this.#run());
  }

  #run(): void {
    this.#asked = false;
    const begin = performance.now();
    this.#draw();
    const end = performance.now();
    this.#notBefore = end + Math.min(pauseMax, (end - begin) * (1 / share - 1));
  }
}
