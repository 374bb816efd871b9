/** Share of the time that drawing may take. The rest is left for typing and scrolling. */
const share = 0.3;
const pauseMax = 200; // milliseconds

/** Calls `draw` at most once per animation frame after `ask`, and less often when drawing is slow. */
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
