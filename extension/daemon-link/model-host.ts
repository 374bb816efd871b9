import type { AgentModel } from '../agent/agent-model.ts';

/** The daemon's state as the user sees it. `fraction` (0 to 1) is the progress of loading, `text` the error. */
export interface LinkState {
  readonly state: 'stopped' | 'starting' | 'loading' | 'ready' | 'failed';
  readonly model: string;
  readonly fraction: number;
  readonly text: string;
  /** Of the loaded model; 'full' and 0 while there is none. */
  readonly profile: 'compact' | 'full';
  readonly contextTokens: number;
}

/** Gives the chat its model. Starts the daemon on first use. */
export interface ModelHost {
  readonly current: LinkState;
  /** Returns a function that stops listening. */
  onState(listener: (state: LinkState) => void): () => void;
  /** Waits until a model is ready. Rejects with a CodedError when it cannot be. */
  model(signal: AbortSignal): Promise<AgentModel>;
}
