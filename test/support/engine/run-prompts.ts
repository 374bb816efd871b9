import type { NativeSampling } from '../../../native/addon/contract.ts';
import type { PromptRunner } from '../../../native/daemon/kv/prompt-runner.ts';
import type { RunEvent, RunRequest, RunResult } from '../../../native/daemon/kv/run-request.ts';

export const greedy: NativeSampling = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  repeatPenalty: 1,
  repeatLastN: 0,
  frequencyPenalty: 0,
  presencePenalty: 0,
  dryMultiplier: 0,
  dryBase: 1.75,
  dryAllowedLength: 2,
  dryLastN: 0,
  drySequenceBreakers: [],
  seed: 0,
  logitBias: [],
};

export function runRequest(prompt: readonly number[] | Int32Array, more: Partial<RunRequest> = {}): RunRequest {
  return {
    prompt: Int32Array.from(prompt),
    sampling: greedy,
    stopStrings: [],
    stopTokens: new Int32Array(),
    logprobs: -1,
    priority: 20,
    ...more,
  };
}

export interface StartedRun {
  readonly events: RunEvent[];
  readonly result: Promise<RunResult>;
  cancel(): void;
}

/** Starts a prompt and collects what happens. */
export function startRun(
  runner: PromptRunner,
  prompt: readonly number[] | Int32Array,
  more: Partial<RunRequest> = {},
): StartedRun {
  const controller = new AbortController();
  const events: RunEvent[] = [];
  const result = runner.run(runRequest(prompt, more), (event) => events.push(event), controller.signal);
  result.catch(() => undefined);
  return { events, result, cancel: () => controller.abort() };
}

/** `count` numbers from `first` on. */
export function span(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

/** Lets everything that is due happen until `done`, or throws. */
export async function until(done: () => boolean): Promise<void> {
  for (let turns = 0; turns < 20_000; turns++) {
    if (done()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('It did not happen.');
}
