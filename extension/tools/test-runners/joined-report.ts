import path from 'node:path';
import type { ToolOutcome } from '../../agent/agent-tools.ts';
import { missingDependency, missingSentence } from './missing-dependency.ts';
import type { TestRunEnd } from './run-test-run.ts';
import type { TestOutcome } from './test-outcome.ts';
import { testReport } from './test-report.ts';
import type { Selection, TestRun } from './test-runner.ts';

/** A run and how it ended. */
export interface EndedRun {
  readonly run: TestRun;
  readonly end: TestRunEnd;
}

/** A problem of some runs, with the runs it is about. */
interface Problem {
  readonly sentence: string;
  readonly printed: string;
  readonly runs: readonly TestRun[];
}

const linesShown = 25;

/**
 * One report of all runs: the counts and failures of all together, then what could not be read or did not run, each
 * once. `relative` gives the shown path of a file.
 */
export function joinedReport(
  ended: readonly EndedRun[],
  selection: Selection,
  relative: (absolute: string) => string,
): ToolOutcome {
  const read = ended.map((one) => sorted(one, selection, relative));
  const outcomes = read.flatMap((one) => one.outcomes);
  const several = ended.length > 1;
  const problems = joined(read.flatMap((one) => one.problems)).map((problem) => shown(problem, several, relative));
  const told = ended.flatMap(({ run, end }) => (end.kind === 'told' ? [toldText(run, end)] : []));
  const nothing = ended.filter(({ end }) => end.kind === 'none').map(({ run }) => placeOf(run, relative));
  const results = [...(outcomes.length > 0 ? [testReport(outcomes, relative)] : []), ...told];
  if (results.length + problems.length === 0) return { text: `Error: ${noTests(selection, relative)}`, failed: true };
  const idle =
    selection.kind === 'all' && nothing.length > 0
      ? [`No tests were found in ${[...new Set(nothing)].join(', ')}.`]
      : [];
  const missing = ended.flatMap(({ end }) =>
    end.kind === 'outcomes' && end.incomplete !== undefined ? [`Not complete: ${end.incomplete}.`] : [],
  );
  return { text: [...results, ...missing, ...problems, ...idle].join('\n\n'), failed: results.length === 0 };
}

/** The outcomes of a run that count, and its problems. */
function sorted(
  { run, end }: EndedRun,
  selection: Selection,
  relative: (absolute: string) => string,
): { readonly outcomes: readonly TestOutcome[]; readonly problems: readonly Problem[] } {
  if (end.kind === 'broken') {
    const missing = missingDependency(end.printed, run.folder);
    const problem = missing
      ? { sentence: missingSentence(missing, run.folder), printed: '' }
      : { sentence: end.sentence, printed: end.printed };
    return { outcomes: [], problems: [{ ...problem, runs: [run] }] };
  }
  if (end.kind !== 'outcomes') return { outcomes: [], problems: [] };
  const ran = end.outcomes.filter(({ result }) => result !== 'crashed');
  const crashed = end.outcomes.filter(({ result }) => result === 'crashed');
  const missing = new Map(crashed.map((one) => [one, missingIn(one, run)]));
  const problems = [...missing.values()].flatMap((sentence) =>
    sentence === undefined ? [] : [{ sentence, printed: '', runs: [run] }],
  );
  const broken = crashed.filter((one) => missing.get(one) === undefined);
  // With a name, runners report every other test as skipped, and load unrelated files.
  if (selection.kind === 'name') {
    const named = ran.filter(({ result }) => result === 'passed' || result === 'failed');
    return { outcomes: named, problems: named.length > 0 ? [] : problems };
  }
  // A module that skips itself beside one that cannot be loaded is no test that ran.
  if (ran.some(({ result }) => result !== 'skipped') || (ran.length > 0 && broken.length === 0))
    return { outcomes: [...ran, ...broken], problems };
  const unloaded = {
    sentence: 'the tests could not be loaded. Fix this first:',
    printed: crashLines(broken, relative),
    runs: [run],
  };
  return { outcomes: [], problems: broken.length === 0 ? problems : [...problems, unloaded] };
}

function missingIn({ failure }: TestOutcome, { folder }: TestRun): string | undefined {
  const missing = failure?.kind === 'message' ? missingDependency(failure.text, folder) : undefined;
  return missing && missingSentence(missing, folder);
}

/** Problems that are the same are one. */
function joined(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map<string, Problem>();
  for (const problem of problems) {
    const key = `${problem.sentence}\n${problem.printed}`;
    const known = byText.get(key);
    byText.set(key, { ...problem, runs: [...new Set([...(known?.runs ?? []), ...problem.runs])] });
  }
  return [...byText.values()];
}

function shown({ sentence, printed, runs }: Problem, several: boolean, relative: (absolute: string) => string): string {
  const places = [...new Set(runs.map((run) => placeOf(run, relative)))];
  const where = several ? ` in ${places.join(', ')}` : '';
  return `Error${where}: ${sentence}${printed === '' ? '' : `\n${printed}`}`;
}

/** `packages/a (vitest)`; a workspace's own folder has no path. */
function placeOf({ folder, runner }: TestRun, relative: (absolute: string) => string): string {
  return `${relative(folder) || path.basename(folder)} (${runner})`;
}

/** Exit code and output, where nobody can read more. */
function toldText({ line, told }: TestRun, end: { readonly code: number; readonly printed: string }): string {
  const all = told?.whole === true ? ' It cannot run less, so all of it ran.' : '';
  const how = end.code === 0 ? 'passed (exit code 0)' : `failed (exit code ${end.code})`;
  const printed = end.printed === '' ? 'It printed nothing.' : `The output ends with:\n${end.printed}`;
  return `${line} ${how}.${all} ${printed}`;
}

function noTests(selection: Selection, relative: (absolute: string) => string): string {
  if (selection.kind !== 'name') return 'no tests were found.';
  const where = selection.paths.map(relative).filter((name) => name !== '');
  const place = where.length === 0 ? '' : ` in ${where.join(', ')}`;
  return `no test is named ${selection.name}${place}. Run all tests, or give a test file.`;
}

/** One line per file that could not be loaded. */
function crashLines(outcomes: readonly TestOutcome[], relative: (absolute: string) => string): string {
  const lines = outcomes.map(({ file, line, name, failure }) => {
    const at = line === undefined ? '' : `:${line}`;
    const place = file === undefined ? name : `${relative(file)}${at}`;
    return `${place}: ${failure?.kind === 'message' ? failure.text.trim().split('\n')[0] : 'could not be loaded'}`;
  });
  return [...new Set(lines)].slice(0, linesShown).join('\n');
}
