import { CodedError } from '../../native/protocol/coded-error.ts';
import type { AgentModel } from '../agent/agent-model.ts';
import type { LinkState, ModelHost } from '../daemon-link/model-host.ts';

/** The engine of this machine; it starts and loads its model in the background. */
export interface LocalHost extends ModelHost {
  client(): Promise<unknown>;
}

/**
 * Chooses between the extension's own engine and one elsewhere, for everything that asks a model. Owns: which of them
 * is in use. Does not own: either of them.
 */
export class EngineSwitch implements ModelHost {
  readonly #local: LocalHost;
  readonly #listeners = new Set<(state: LinkState) => void>();
  #remote: ModelHost | undefined;
  #stop: () => void;

  constructor(local: LocalHost) {
    this.#local = local;
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

  /** Uses an engine elsewhere, or without one this machine's. */
  use(remote: ModelHost | undefined): void {
    this.#stop();
    this.#remote = remote;
    this.#stop = this.#listen();
    this.#tell(this.current);
  }

  /** Gets the engine ready before it is asked for. Rejects when that fails. */
  async prepare(): Promise<void> {
    if (this.#remote === undefined) await this.#local.client();
    else await this.#remote.model(new AbortController().signal);
  }

  get #host(): ModelHost {
    return this.#remote ?? this.#local;
  }

  #listen(): () => void {
    return this.#host.onState((state) => this.#tell(state));
  }

  #tell(state: LinkState): void {
    for (const listener of this.#listeners) listener(state);
  }
}
