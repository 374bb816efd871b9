import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { lastLines } from '../commands/output-buffer.ts';
import { fileUpwards } from './finding/project-folders.ts';
import { runMirrored, type TestRunHost } from './mirrored-run.ts';
import { watchReports } from './report-files.ts';
import { incompleteRun, type TestOutcome } from './test-outcome.ts';
import type { TestRun } from './test-runner.ts';

/** The end of a run: outcomes, or why there are none (a sentence, and the end of the output). */
export type TestRunEnd =
  /** `incomplete` says why tests are missing in it. */
  | { readonly kind: 'outcomes'; readonly outcomes: readonly TestOutcome[]; readonly incomplete?: string }
  | { readonly kind: 'none' }
  /** Nobody can read the results: how it ended, and the end of the output. */
  | { readonly kind: 'told'; readonly code: number; readonly printed: string }
  | { readonly kind: 'broken'; readonly sentence: string; readonly printed: string };

const linesShown = 25;
const noTests = /no tests? (found|ran|files? found|were found)|No test files found|collected 0 items/i;

/** Starts the runner, mirrors what it prints, and reads its results. */
export async function runTestRun(run: TestRun, host: TestRunHost): Promise<TestRunEnd> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'moonwright-tests-'));
  const results = path.join(folder, 'results');
  try {
    const argv = run.argv(results);
    if (argv === undefined) return { kind: 'broken', sentence: run.missing, printed: '' };
    const written = await watchReports(results, run);
    const { end, output } = await runMirrored(
      {
        argv,
        line: run.line,
        folder: run.folder,
        variables: run.variables?.(results) ?? {},
        ...(run.verbatim === true && { verbatim: true }),
        ...(run.live && { live: run.live() }),
      },
      host,
    );
    if (end.kind === 'failed')
      return { kind: 'broken', sentence: end.missing ? run.missing : `${end.message}.`, printed: '' };
    const printed = lastLines(withoutNoise(output), linesShown);
    if (end.kind === 'stopped') return { kind: 'broken', sentence: 'the tests were stopped by the user.', printed };
    if (end.kind === 'timedOut')
      return {
        kind: 'broken',
        sentence: `the tests did not finish within ${Math.round(host.timeoutMs / 1000)} s. Run fewer with target.`,
        printed,
      };
    const told = { ...(await written()), output, exitCode: end.code };
    const outcomes = await placed(await run.parse(told), run.folder);
    const incomplete = run.incomplete?.(told) ?? incompleteRun(told.results, output);
    if (outcomes.length > 0) return { kind: 'outcomes', outcomes, ...(incomplete !== undefined && { incomplete }) };
    if (run.told !== undefined) return { kind: 'told', code: end.code, printed };
    if (/No module named pytest\b/.test(output)) return { kind: 'broken', sentence: run.missing, printed: '' };
    return ranWithout(end.code, output, run)
      ? { kind: 'none' }
      : { kind: 'broken', sentence: 'the tests did not run. The output ends with:', printed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** True if the runner succeeded, or says that it found no tests. */
function ranWithout(code: number, output: string, { nothing }: TestRun): boolean {
  if (code === 0) return true;
  const { code: nothingCode, text } = nothing ?? { text: noTests };
  return code === nothingCode || text?.test(output) === true;
}

/**
 * Runners report files with links resolved, and relative to a root that may lie above the project: maps them back to
 * the folder's own path.
 */
async function placed(outcomes: readonly TestOutcome[], folder: string): Promise<readonly TestOutcome[]> {
  const real = await realpath(folder);
  return outcomes.map((outcome) => {
    const { file } = outcome;
    if (file === undefined) return outcome;
    if (real !== folder && file.startsWith(real + path.sep))
      return { ...outcome, file: folder + file.slice(real.length) };
    const found = fileUpwards(file, folder);
    return found === file ? outcome : { ...outcome, file: found };
  });
}

/** Drops stack frames of Node's own modules. */
function withoutNoise(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:internal|^Node\.js v\d/.test(line))
    .join('\n');
}
