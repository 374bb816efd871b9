import type { Timings, TokenUsage } from '../../native/protocol/generation.ts';
import type { CallPreview } from './agent-tools.ts';

/** What the loop tells whoever shows it, in order. `step` counts model calls of the turn from 0. */
export type TurnEvent =
  | { readonly kind: 'stepStarted'; readonly step: number }
  | { readonly kind: 'prefill'; readonly reused: number; readonly computed: number; readonly total: number }
  /** Now and then while the model speaks: tokens of the reply so far, in so many milliseconds since its first. */
  | { readonly kind: 'decode'; readonly generated: number; readonly ms: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  /** The model is writing a call: shown before it is complete. */
  | { readonly kind: 'callWriting'; readonly callId: string; readonly name: string; readonly argumentsText: string }
  | {
      readonly kind: 'callResolved';
      readonly callId: string;
      readonly name: string;
      readonly title: string;
      readonly preview?: CallPreview;
    }
  | { readonly kind: 'callRunning'; readonly callId: string }
  | { readonly kind: 'callOutput'; readonly callId: string; readonly text: string }
  | {
      readonly kind: 'callDone';
      readonly callId: string;
      readonly state: 'done' | 'failed' | 'declined' | 'cancelled';
      readonly text: string;
      readonly display?: CallPreview;
      readonly changed: readonly string[];
    }
  /** The step was dropped from what the model sees; its cards and text are to be marked as dropped. */
  | { readonly kind: 'stepDropped'; readonly step: number }
  | {
      readonly kind: 'stepDone';
      readonly step: number;
      readonly usage: TokenUsage;
      readonly timings: Timings;
      readonly tokens: number;
    }
  | { readonly kind: 'steered'; readonly text: string }
  | { readonly kind: 'compacted'; readonly before: number; readonly after: number }
  | { readonly kind: 'notice'; readonly level: 'info' | 'warning' | 'error'; readonly text: string };

export type TurnEnd =
  | { readonly kind: 'answered' }
  | { readonly kind: 'stopped' } // by the user
  /** The loop gave up and asks: step limit, budget, no progress, context full. */
  | { readonly kind: 'limit'; readonly limit: 'steps' | 'tokens' | 'progress' | 'context'; readonly text: string }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string };

export interface TurnOutcome {
  readonly end: TurnEnd;
  readonly usage: TokenUsage;
  readonly steps: number;
  readonly seconds: number;
}
