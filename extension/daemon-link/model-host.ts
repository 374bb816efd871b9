import type { AgentModel } from '../agent/agent-model.ts';

/** The daemon as the user sees it. `fraction` is the load's progress, `text` a sentence for `failed`. */
export interface LinkState {
  readonly state: 'stopped' | 'starting' | 'loading' | 'ready' | 'failed';
  readonly model: string;
  readonly fraction: number;
  readonly text: string;
  /** Of the model that is ready; 'full' and 0 before. */
  readonly profile: 'compact' | 'full';
  readonly contextTokens: number;
}

/** Where the chat gets its model from. Starts the daemon on first use. */
export interface ModelHost {
  readonly current: LinkState;
  /** Returns what to call to stop listening. */
  onState(listener: (state: LinkState) => void): () => void;
  /** Waits until a model is ready; rejects with a CodedError when it cannot be. */
  model(signal: AbortSignal): Promise<AgentModel>;
}
