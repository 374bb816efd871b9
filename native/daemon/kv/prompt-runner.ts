import type { NativeEngine } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { RunEvent, RunRequest, RunResult, RunnerOptions, RunnerStats } from './run-request.ts';

/** Runs prompts on one engine: one prompt in, tokens out. The pool is a cache of prefixes; callers own only ids. */
export class PromptRunner {
  readonly options: RunnerOptions;

  constructor(_engine: NativeEngine, options: RunnerOptions) {
    this.options = options;
  }

  /**
   * Runs one prompt. Throws `context.overflow`, `pool.overflow` and `queue.full` before anything is computed,
   * `engine.failed` and `engine.closed` later; an aborted `signal` gives a result with reason `cancelled`.
   */
  run(_request: RunRequest, _onEvent: (event: RunEvent) => void, _signal: AbortSignal): Promise<RunResult> {
    return Promise.reject(new CodedError('engine.closed', 'The model is not running.'));
  }

  stats(): RunnerStats {
    throw new CodedError('engine.closed', 'The model is not running.');
  }

  /** Cancels everything and waits for it. The engine stays open: it belongs to who made it. Idempotent. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
