import type { Item } from '../../extension/chat/item.ts';
import type { PanelState } from '../messages.ts';
import { say } from '../strings.ts';
import { callTitle } from './wording.ts';

/** Current activity, for the line above the composer. */
export interface Activity {
  readonly text: string;
  /** `you`: the turn waits for the user's answer. */
  readonly who: 'assistant' | 'you';
  /** While the model reads its prompt: what to say instead of `text`, unless it is done in a moment. */
  readonly reading?: Reading | undefined;
}

export interface Reading {
  readonly text: string;
  /** From 0 to 1. */
  readonly fraction: number;
  /** Seconds, an estimate; undefined when it is unknown. */
  readonly left: number | undefined;
}

/** Undefined when no turn runs, or while a call waits for approval. */
export function activityOf(state: PanelState, items: readonly Item[]): Activity | undefined {
  if (!state.running) return undefined;
  const last = items.findLast((item) => item.kind !== 'user' || !item.queued);
  const asked = last?.kind === 'question' && last.answer === undefined;
  if (state.approvals.length > 0) return undefined; // the approval is shown in this place
  if (asked) return { text: say('waitingForYou'), who: 'you' };
  return { text: textOf(last, items), who: 'assistant', reading: readingOf(state) };
}

function readingOf({ reading }: PanelState): Reading | undefined {
  if (reading === undefined || reading.reused + reading.computed >= reading.total) return undefined;
  const done = reading.reused + reading.computed;
  return {
    text: say('readingPrompt', done, reading.total),
    fraction: done / Math.max(1, reading.total),
    left: reading.left,
  };
}

function textOf(last: Item | undefined, items: readonly Item[]): string {
  if (last?.kind === 'call' && (last.state === 'running' || last.state === 'writing'))
    return say('runningCall', callTitle(last));
  if (last?.kind === 'answer' && last.streaming) return last.text === '' ? say('thinking') : say('writingAnswer');
  return activeStep(items) ?? say('working');
}

/** The active step of this turn's plan. */
function activeStep(items: readonly Item[]): string | undefined {
  const latest = items.findLast((item) => item.kind === 'plan' || (item.kind === 'user' && !item.queued));
  return latest?.kind === 'plan' ? latest.steps.find((step) => step.status === 'active')?.text : undefined;
}
