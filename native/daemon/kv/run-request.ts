import type { NativeDone, NativeEvent, NativeGrammar, NativeReasoning, NativeSampling } from '../../addon/contract.ts';
import type { GenerateEvent, Timings, TokenUsage } from '../../protocol/generation.ts';
import type { ShelfOptions } from './idle-shelf.ts';

/** One prompt to continue. The runner knows token ids only, no text. */
export interface RunRequest {
  readonly prompt: Int32Array; // at least one token
  readonly maxTokens?: number; // left out: until the context is full; 0: only compute the prompt
  readonly sampling: NativeSampling;
  readonly grammar?: NativeGrammar;
  readonly reasoning?: NativeReasoning;
  readonly stopStrings: readonly string[];
  readonly stopTokens: Int32Array;
  readonly ignoreEndOfGeneration?: boolean;
  /** This many first tokens are sent at once (default 1); later ones are collected for a moment. */
  readonly eager?: number;
  readonly logprobs: number; // -1: none; n: the chosen token and the n most likely
  readonly priority: number; // lower first
  /** Back-pressure: more tokens are granted only when the promise resolves. A rejection cancels the run. */
  readonly ready?: () => Promise<void>;
}

/** Generated tokens, as the engine sends them. */
export type TokensEvent = Extract<NativeEvent, { kind: 'tokens' }>;

/** Events of a run, in order: the protocol's events that need no text, and the engine's tokens. */
export type RunEvent = Extract<GenerateEvent, { kind: 'queued' | 'prefill' }> | TokensEvent;

export interface RunResult {
  /** Failures are thrown, so they are not among the reasons. */
  readonly reason: Exclude<NativeDone['reason'], 'failed'>;
  /** The generated tokens, including the one that ended the run. */
  readonly ids: Int32Array;
  /** For `stop` by a string: bytes of the generated text before it. */
  readonly textBytes?: number;
  /** `reused + computed` is the length of the prompt, or of its computed part if the run was cancelled. */
  readonly usage: TokenUsage;
  readonly timings: Timings;
  /**
   * Why cached tokens were computed again: the model has a recurrent state or a sliding window, or a saved copy could
   * not be restored.
   */
  readonly recomputed?: string;
}

export interface RunnerOptions {
  readonly contextTokens: number; // longest prompt and answer together
  readonly parallel: number; // requests that run at the same time
  readonly queueMax: number; // requests that may wait
  /** Whether a sequence can be cut anywhere; false for recurrent, hybrid and sliding-window models. */
  readonly rewindable: boolean;
  readonly slidingWindow?: number; // tokens a sliding-window model looks back, 0: no window
  /** RAM for idle sequences beside the pool; none if left out. */
  readonly shelf?: ShelfOptions;
  /** Runs are computed alone and leave nothing behind, so that equal ones are computed in the same way. */
  readonly reproducible?: boolean;
  readonly sliceTokens?: number; // tokens granted at a time, default 256
  /** Set if the model generates no text: the error message that refuses every run. */
  readonly refusal?: string;
  /** Called with every batch of events while the engine computes. */
  readonly pulse?: () => void;
  readonly shareMin?: number; // waiting for a prefix in progress must save at least this many tokens, default 64
}

export interface RunnerStats {
  readonly running: number; // stalled ones included
  readonly waiting: number; // parked ones included
  readonly cellsUsed: number; // reserved ones included
  readonly cellsTotal: number;
  readonly sequencesResident: number;
  readonly totals: TokenUsage;
  readonly parked: number; // how often a request was parked
  readonly evictedTokens: number;
  readonly shelf: { readonly used: number; readonly total: number }; // bytes of idle context kept beside the pool
}
