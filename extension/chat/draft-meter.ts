import type { RequestCost } from './chat-workspace.ts';

const nothing: RequestCost = { tokens: 0, mentions: [] };

/** What the message in the composer would add. Owns: that one measurement runs at a time and the newest draft counts. */
export class DraftMeter {
  readonly #measure: (text: string) => Promise<RequestCost | undefined>;
  readonly #changed: () => void;
  #cost: RequestCost = nothing;
  #wanted: string | undefined;
  #running: Promise<void> | undefined;

  /** `measure` says nothing while no model is ready; `changed` is called when there is a new cost. */
  constructor(measure: (text: string) => Promise<RequestCost | undefined>, changed: () => void) {
    this.#measure = measure;
    this.#changed = changed;
  }

  get cost(): RequestCost {
    return this.#cost;
  }

  /** Resolves when this draft, or a newer one, is measured. */
  update(text: string): Promise<void> {
    this.#wanted = text;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    while (this.#wanted !== undefined) {
      const text = this.#wanted;
      this.#wanted = undefined;
      const cost = text.trim() === '' ? nothing : await this.#measure(text);
      if (cost === undefined) continue;
      this.#cost = cost;
      this.#changed();
    }
  }
}
