import type { GenerateEvent, Timings, TokenUsage } from '../../native/protocol/generation.ts';
import type { SpentEvent } from './agent-model.ts';
import type { CallPreview } from './agent-tools.ts';

/** What the loop reports, in order: the model's own events as the daemon sent them, its steps, and its tool calls. */
export type TurnEvent = GenerateEvent | SpentEvent | StepEvent | ToolEvent;

/** `step` counts the model calls of a turn from 0. */
type StepEvent =
  | { readonly kind: 'stepStarted'; readonly step: number }
  /** The step was removed from what the model sees; the panel marks its cards and text as dropped. */
  | { readonly kind: 'stepDropped'; readonly step: number }
  /** `tokens`: length of the conversation after the step. */
  | {
      readonly kind: 'stepDone';
      readonly step: number;
      readonly usage: TokenUsage;
      readonly timings: Timings;
      readonly tokens: number;
    }
  | { readonly kind: 'steered'; readonly text: string }
  /** Tokens of the conversation before and after it was shortened. */
  | { readonly kind: 'compacted'; readonly before: number; readonly after: number }
  | { readonly kind: 'notice'; readonly level: 'info' | 'warning' | 'error'; readonly text: string };

/** A complete call on its way through its tool. `callId` is the `id` of the model's `call` event. */
type ToolEvent =
  | {
      readonly kind: 'toolResolved';
      readonly callId: string;
      readonly name: string;
      readonly title: string;
      readonly preview?: CallPreview;
    }
  | { readonly kind: 'toolRunning'; readonly callId: string }
  | { readonly kind: 'toolOutput'; readonly callId: string; readonly text: string }
  | {
      readonly kind: 'toolDone';
      readonly callId: string;
      readonly state: 'done' | 'failed' | 'declined' | 'cancelled';
      readonly text: string;
      readonly display?: CallPreview;
      readonly changed: readonly string[];
    };

export type TurnEnd =
  | { readonly kind: 'answered' }
  | { readonly kind: 'stopped' } // by the user
  /** The loop stopped at a limit; the user may continue. */
  | { readonly kind: 'limit'; readonly limit: 'steps' | 'tokens' | 'progress' | 'context'; readonly text: string }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string };

export interface TurnOutcome {
  readonly end: TurnEnd;
  readonly usage: TokenUsage;
  readonly steps: number;
  readonly seconds: number;
}
