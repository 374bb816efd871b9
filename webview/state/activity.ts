import type { Item } from '../../extension/chat/item.ts';
import type { PanelState } from '../messages.ts';
import { say } from '../strings.ts';
import { callTitle } from './wording.ts';

/** Current activity, for the line above the composer. */
export interface Activity {
  readonly text: string;
  /** `you`: the turn waits for the user's answer. */
  readonly who: 'assistant' | 'you';
  /** Progress from 0 to 1; undefined when it is unknown. */
  readonly fraction: number | undefined;
}

/** Prompt tokens from which reading them is shown; fewer are read in a moment. */
const longPrompt = 200;

/** Undefined when no turn runs, or while a call waits for approval. */
export function activityOf(state: PanelState, items: readonly Item[]): Activity | undefined {
  if (!state.running) return undefined;
  const last = items.findLast((item) => item.kind !== 'user' || !item.queued);
  const asked = last?.kind === 'question' && last.answer === undefined;
  if (state.approvals.length > 0) return undefined; // the approval is shown in this place
  if (asked) return { text: say('waitingForYou'), who: 'you', fraction: undefined };
  const { reading } = state;
  if (reading !== undefined && reading.total - reading.reused >= longPrompt) {
    const done = Math.min(reading.total, reading.reused + reading.computed);
    return { text: say('readingPrompt', done, reading.total), who: 'assistant', fraction: done / reading.total };
  }
  return { text: textOf(last, items), who: 'assistant', fraction: undefined };
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
