import type { ThinkingLevel } from '../../native/protocol/thinking.ts';
import type { AgentModel } from '../agent/agent-model.ts';

/** The engine's state as the user sees it. `fraction` (0 to 1) is the progress of loading, `text` the error. */
export interface LinkState {
  readonly state: 'stopped' | 'starting' | 'loading' | 'ready' | 'failed';
  readonly model: string;
  readonly fraction: number;
  readonly text: string;
  /** Of the loaded model; 'full' and 0 while there is none. */
  readonly profile: 'compact' | 'full';
  readonly contextTokens: number;
  /** The levels of thinking that can be chosen for it; absent: none. */
  readonly thinking?: readonly ThinkingLevel[];
  /** Set when another engine than the extension's own answers. */
  readonly elsewhere?: ElsewhereMark;
}

/** What the user always sees of an engine elsewhere: where text goes, and whether token counts are estimates. */
export interface ElsewhereMark {
  /** Host and port. */
  readonly host: string;
  /** How far what is sent travels. */
  readonly reach: 'machine' | 'home' | 'network' | 'internet';
  readonly estimates: boolean;
}

/** Gives the chat its model. Starts the engine, or connects to it, on first use. */
export interface ModelHost {
  readonly current: LinkState;
  /** Returns a function that stops listening. */
  onState(listener: (state: LinkState) => void): () => void;
  /** Waits until a model is ready. Rejects with a CodedError when it cannot be. */
  model(signal: AbortSignal): Promise<AgentModel>;
}
