import type { Problem } from '../workspace/problem.ts';
import { Refusal } from './refusal.ts';

/** A file whose problems are to be fixed. */
interface FixFile {
  /** Errors and warnings as they are now. */
  problems(): Promise<readonly Problem[]>;
  /** Changes the file so that this problem goes; returns what takes the change back. */
  fix(problem: Problem, signal: AbortSignal): Promise<() => Promise<void>>;
}

export interface FixResult {
  readonly fixed: number;
  readonly left: number;
  /** Why it stopped before all were fixed. */
  readonly stopped: 'done' | 'stuck' | 'bound' | 'cancelled';
  /** What the model could not do, in a sentence. */
  readonly reason?: string;
}

/** Fixes in one run; more than that are better looked at by somebody first. */
const fixesMax = 20;

/**
 * Fixes problems one after another, the uppermost first, and looks again after each. A fix after which there are not
 * fewer problems is taken back and ends it.
 */
export async function fixProblems(
  file: FixFile,
  onProgress: (problem: Problem, left: number) => void,
  signal: AbortSignal,
): Promise<FixResult> {
  const first = serious(await file.problems());
  let left = first;
  for (let round = 0; round < fixesMax; round++) {
    const [problem] = left;
    const fixed = first.length - left.length;
    if (problem === undefined) return { fixed, left: 0, stopped: 'done' };
    if (signal.aborted) return { fixed, left: left.length, stopped: 'cancelled' };
    onProgress(problem, left.length);
    const takeBack = await file.fix(problem, signal).catch((thrown: unknown) => {
      if (thrown instanceof Refusal) return thrown.message;
      throw thrown;
    });
    if (typeof takeBack === 'string') return { fixed, left: left.length, stopped: 'stuck', reason: takeBack };
    const now = serious(await file.problems());
    if (now.length >= left.length) {
      await takeBack();
      return { fixed, left: left.length, stopped: 'stuck' };
    }
    left = now;
  }
  return { fixed: first.length - left.length, left: left.length, stopped: left.length === 0 ? 'done' : 'bound' };
}

function serious(problems: readonly Problem[]): Problem[] {
  return problems
    .filter(({ severity }) => severity === 'error' || severity === 'warning')
    .sort((a, b) => a.line - b.line);
}
