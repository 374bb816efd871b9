import { CodedError } from '../../native/protocol/coded-error.ts';
import type { AgentModel } from '../agent/agent-model.ts';
import type { LinkState, ModelHost } from '../daemon-link/model-host.ts';

/**
 * Chooses between a usual host of models and another, such as this machine's engine and one elsewhere. Owns: which of
 * them is in use. Does not own: either of them.
 */
export class EngineSwitch implements ModelHost {
  readonly #usual: ModelHost;
  readonly #listeners = new Set<(state: LinkState) => void>();
  #other: ModelHost | undefined;
  #stop: () => void;

  constructor(usual: ModelHost) {
    this.#usual = usual;
    this.#stop = this.#listen();
  }

  get current(): LinkState {
    return this.#host.current;
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async model(signal: AbortSignal): Promise<AgentModel> {
    const host = this.#host;
    const model = await host.model(signal);
    // Chosen away from while it connected: nothing more is to be sent there.
    if (host !== this.#host) throw new CodedError('engine.closed', 'Another engine was chosen.');
    return model;
  }

  /** Uses another host, or without one the usual one. */
  use(other: ModelHost | undefined): void {
    this.#stop();
    this.#other = other;
    this.#stop = this.#listen();
    this.#tell(this.current);
  }

  /** Gets the engine ready before it is asked for. Rejects when that fails. */
  async prepare(): Promise<void> {
    await this.#host.model(new AbortController().signal);
  }

  get #host(): ModelHost {
    return this.#other ?? this.#usual;
  }

  #listen(): () => void {
    return this.#host.onState((state) => this.#tell(state));
  }

  #tell(state: LinkState): void {
    for (const listener of this.#listeners) listener(state);
  }
}
