import type { Problem } from '../workspace/problem.ts';
import { Refusal } from './refusal.ts';

/** A file with problems to fix. */
interface FixFile {
  /** Errors and warnings as they are now. */
  problems(): Promise<readonly Problem[]>;
  /** Changes the file to fix the problem; returns what undoes that. Throws Refusal. */
  fix(problem: Problem, signal: AbortSignal): Promise<() => Promise<void>>;
}

export interface FixResult {
  readonly fixed: number;
  readonly left: number;
  /** Why it stopped. */
  readonly stopped: 'done' | 'stuck' | 'bound' | 'cancelled';
  /** A sentence that says why it is stuck, if known. */
  readonly reason?: string;
}

/** Fixes in one run; the user should look at the result before more. */
const fixesMax = 20;

/**
 * Fixes problems one by one from the top, and reads the problems again after each. Ends with a fix that does not reduce
 * the problems, which is undone.
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
