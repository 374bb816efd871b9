import type { ChangedFile } from '../edits/changed-file.ts';
import type { PlanStep } from '../tools/conversation/conversation-hooks.ts';

/** A task is too hard for a small model: it stopped at a limit, its edits fail, or it does not know the language. */
export type Trouble = 'limit' | 'edits' | 'language';

export type CallState = 'writing' | 'waiting' | 'running' | 'done' | 'failed' | 'declined' | 'cancelled';

export type CallView =
  | {
      readonly kind: 'diff';
      readonly path: string;
      /** Of long texts only the part that differs, from `line` on. */
      readonly before: string;
      readonly after: string;
      readonly line?: number;
      readonly added?: number;
      readonly removed?: number;
    }
  | { readonly kind: 'command'; readonly command: string; readonly folder: string; readonly notes: readonly string[] }
  | { readonly kind: 'text'; readonly text: string };

/** One entry of the transcript. `id` never changes; an update replaces the whole entry.
 * `turn` counts from 0; it is -1 while a message waits. */
export type Item =
  | {
      readonly kind: 'user';
      readonly id: string;
      readonly turn: number;
      readonly text: string;
      readonly queued: boolean;
      /** It waits for the next step instead of the next turn. */
      readonly steers?: boolean;
      /** Its turn could not begin, for example because no model could be started. */
      readonly unsent?: boolean;
    }
  | {
      readonly kind: 'answer';
      readonly id: string;
      readonly text: string;
      readonly reasoning: string;
      readonly streaming: boolean;
      readonly dropped: boolean;
    }
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly name: string;
      readonly title: string;
      readonly state: CallState;
      readonly result: string;
      readonly output: string;
      readonly view: CallView | undefined;
      readonly paths: readonly string[];
      readonly dropped: boolean;
    }
  | {
      readonly kind: 'notice';
      readonly id: string;
      readonly level: 'info' | 'warning' | 'error';
      readonly text: string;
      /** What its button opens: the list of models. */
      readonly leadsTo?: 'models';
    }
  | { readonly kind: 'plan'; readonly id: string; readonly steps: readonly PlanStep[] }
  | {
      readonly kind: 'question';
      readonly id: string;
      readonly question: string;
      readonly choices: readonly string[];
      readonly answer: string | undefined;
    }
  | {
      readonly kind: 'turnEnd';
      readonly id: string;
      readonly turn: number;
      readonly outcome: 'answered' | 'stopped' | 'limit' | 'failed';
      readonly text: string;
      readonly reused: number;
      readonly computed: number;
      readonly generated: number;
      readonly seconds: number;
      /** Of these, those in which the model read, in which it wrote, and in which tools ran. */
      readonly reading?: number;
      readonly writing?: number;
      readonly tools?: number;
      /** An estimate. */
      readonly wattHours?: number | undefined;
      readonly files: readonly ChangedFile[];
      readonly state: 'pending' | 'kept' | 'undone';
    };
