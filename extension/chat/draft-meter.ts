import type { LogEntry } from '../../native/protocol/methods.ts';
import type { ModelHost } from '../daemon-link/model-host.ts';
import type { ChatWorkspace, RequestCost } from './chat-workspace.ts';

const nothing: RequestCost = { tokens: 0, mentions: [] };

/** Measures what the draft in the composer would add. Owns: one measurement at a time, always of the newest draft. */
export class DraftMeter {
  readonly #measure: (text: string) => Promise<RequestCost | undefined>;
  readonly #changed: () => void;
  #draft = '';
  #cost: RequestCost = nothing;
  #stale = false;
  #running: Promise<void> | undefined;

  /** `measure` returns undefined while no model is ready. `changed` is called when there is a new cost. */
  constructor(measure: (text: string) => Promise<RequestCost | undefined>, changed: () => void) {
    this.#measure = measure;
    this.#changed = changed;
  }

  get cost(): RequestCost {
    return this.#cost;
  }

  /** Resolves when this draft, or a newer one, is measured. */
  update(text: string): Promise<void> {
    this.#draft = text;
    return this.remeasure();
  }

  /** Measures the draft again: a model has become ready. */
  remeasure(): Promise<void> {
    this.#stale = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      const cost = this.#draft.trim() === '' ? nothing : await this.#measure(this.#draft);
      if (cost === undefined) continue;
      this.#cost = cost;
      this.#changed();
    }
  }
}

/** Tokens that a request would add to a conversation. Undefined while no model is ready: starts none. */
export async function draftCost(
  text: string,
  { models, workspace }: { readonly models: ModelHost; readonly workspace: ChatWorkspace },
  entries: readonly LogEntry[],
): Promise<RequestCost | undefined> {
  if (models.current.state !== 'ready') return undefined;
  const model = await models.model(new AbortController().signal);
  return workspace.cost(
    text,
    model,
    entries.map((entry) => entry.message),
  );
}
