import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { isMissing } from '../../workspace/file-errors.ts';
import type { Environment } from '../commands/command-environment.ts';
import { endText } from '../commands/command-runs.ts';
import { lastLines } from '../commands/output-buffer.ts';
import { PlainText } from '../commands/plain-text.ts';
import type { ProcessEnd, ProcessGroups } from '../commands/process-group.ts';
import type { TerminalMirror } from '../commands/terminal-mirror.ts';
import type { TestOutcome } from './test-outcome.ts';
import type { TestRun } from './test-runner.ts';

export interface TestRunHost {
  readonly groups: ProcessGroups;
  readonly mirror: TerminalMirror;
  readonly environment: Environment;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onOutput: (text: string) => void;
}

/** The end of a run: outcomes, or why there are none (a sentence, and the end of the output). */
export type TestRunEnd =
  | { readonly kind: 'outcomes'; readonly outcomes: readonly TestOutcome[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly sentence: string; readonly printed: string };

/** Characters of output that are kept: for some runners the output is the result, so it is not cut early. */
const outputMax = 32 << 20;
const linesShown = 25;

/** Starts the runner, mirrors what it prints, and reads its results. */
export async function runTestRun(run: TestRun, host: TestRunHost): Promise<TestRunEnd> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'moonwright-tests-'));
  const results = path.join(folder, 'results');
  try {
    const argv = run.argv(results);
    if (argv === undefined) return { kind: 'broken', sentence: run.missing, printed: '' };
    const { end, output } = await execute(run, argv, results, host);
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
    const outcomes = await inFolder(
      await run.parse({ results: await textOf(results), output, exitCode: end.code }),
      run.folder,
    );
    if (outcomes.some((outcome) => outcome.result !== 'crashed')) return { kind: 'outcomes', outcomes };
    if (outcomes.length > 0)
      return {
        kind: 'broken',
        sentence: 'the tests could not be loaded. Fix this first:',
        printed: crashes(outcomes, run.folder),
      };
    if (/No module named pytest\b/.test(output)) return { kind: 'broken', sentence: run.missing, printed: '' };
    return ranWithout(end.code, output, run)
      ? { kind: 'none' }
      : { kind: 'broken', sentence: 'the tests did not run. The output ends with:', printed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** True if the runner succeeded, or says that it found no tests. */
function ranWithout(code: number, output: string, { nothingCode }: TestRun): boolean {
  return (
    code === 0 ||
    code === nothingCode ||
    /no tests? (found|ran|files? found|were found)|No test files found|collected 0 items/i.test(output)
  );
}

async function execute(
  run: TestRun,
  argv: readonly string[],
  results: string,
  host: TestRunHost,
): Promise<{ readonly end: ProcessEnd; readonly output: string }> {
  const plain = new PlainText();
  const plainShown = new PlainText();
  const live = run.live?.() ?? ((raw: string) => raw);
  let output = '';
  const shown = host.mirror.open({ line: run.line, folder: run.folder, background: false }, () => running.stop());
  const environment = { ...host.environment, ...run.variables?.(results) };
  const running = host.groups.start(
    { argv, folder: run.folder, environment, timeoutMs: host.timeoutMs },
    (raw) => {
      output = (output + plain.push(raw)).slice(-outputMax);
      const watched = live(raw);
      if (watched === '') return;
      shown.write(watched);
      host.onOutput(plainShown.push(watched));
    },
    host.signal,
  );
  const end = await running.ended;
  shown.end(endText(end, host.timeoutMs));
  return { end, output };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return '';
    throw error;
  }
}

/** Runners report files with symlinks resolved: maps them back to the folder's own path. */
async function inFolder(outcomes: readonly TestOutcome[], folder: string): Promise<readonly TestOutcome[]> {
  const real = await realpath(folder);
  if (real === folder) return outcomes;
  return outcomes.map((outcome) =>
    outcome.file?.startsWith(real + path.sep) === true
      ? { ...outcome, file: folder + outcome.file.slice(real.length) }
      : outcome,
  );
}

/** One line per file that could not be loaded. */
function crashes(outcomes: readonly TestOutcome[], folder: string): string {
  const lines = outcomes.map(({ file, line, name, failure }) => {
    const place =
      file === undefined
        ? name
        : `${path.relative(folder, file).split(path.sep).join('/')}${line === undefined ? '' : `:${line}`}`;
    return `${place}: ${failure?.kind === 'message' ? failure.text.trim().split('\n')[0] : 'could not be loaded'}`;
  });
  return [...new Set(lines)].slice(0, linesShown).join('\n');
}

/** Drops stack frames of Node's own modules. */
function withoutNoise(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/^\s+at .*\(?node:internal|^Node\.js v\d/.test(line))
    .join('\n');
}
