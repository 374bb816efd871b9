import { onOneLine } from './printed-value.ts';

/** The outcome of one test. */
export interface TestOutcome {
  /** The test's own name, without its suites. */
  readonly name: string;
  /** `crashed`: its file or a suite's set-up could not be loaded; the name is then the file's. */
  readonly result: 'passed' | 'failed' | 'skipped' | 'crashed';
  /** The test file, absolute. */
  readonly file?: string;
  /** Line, in that file, of the failing assertion or of the call that threw. */
  readonly line?: number;
  readonly failure?: TestFailure;
}

/** Why a test failed. Values are as shown to the model, on one line; `message` is the test's own. */
export type TestFailure =
  | { readonly kind: 'compared'; readonly expected: string; readonly actual: string; readonly message?: string }
  /** Two values of which nobody can tell which one was expected, and the source of the assertion. */
  | {
      readonly kind: 'sides';
      readonly left: string;
      readonly right: string;
      readonly assertion?: string;
      readonly message?: string;
    }
  | { readonly kind: 'message'; readonly text: string };

/** Why a run ended before all tests ran, as our own reporters and the runners themselves say it. */
export function incompleteRun(results: string, output: string): string | undefined {
  const line = results.split('\n').findLast((text) => text.startsWith('{"incomplete":') && text.endsWith('}'));
  if (line !== undefined) return (JSON.parse(line) as { readonly incomplete: string }).incomplete;
  // pytest, with -x or --maxfail, also from its configuration.
  const stopped = /^!+ (?:xdist\.\S+: )?(?:Interrupted: )?(stopping after \d+ failures?) !+$/m.exec(output)?.[1];
  return stopped === undefined ? undefined : `pytest says: ${stopped}`;
}

/** One line of JSON in the results file of our own reporters. */
interface OutcomeLine {
  readonly result: TestOutcome['result'];
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly expected?: string;
  readonly actual?: string;
  readonly left?: string;
  readonly right?: string;
  /** Source of the assertion. */
  readonly assertion?: string;
  /** With values: the test's own words; else the error's. */
  readonly message?: string;
  /** True if the values are pretty-printed over several lines. */
  readonly printed?: boolean;
  /** True for a file without tests that ran to its end: it counts only if no file has tests. */
  readonly whole?: boolean;
}

/**
 * Reads the results of our own reporters; skips a line that was cut off. Files without tests count only if no file has
 * tests, and never when only `tests` are asked for.
 */
export function readOutcomeLines(text: string, counted: 'files' | 'tests' = 'files'): TestOutcome[] {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}') && !line.startsWith('{"incomplete":'))
    .map((line) => JSON.parse(line) as OutcomeLine);
  const hasTests = lines.some((line) => line.whole !== true && line.result !== 'crashed');
  return lines
    .filter((line) => line.whole !== true || (counted === 'files' && !hasTests))
    .map(({ result, name, file, line, ...told }) => {
      const failure = failureFrom(told);
      return {
        name,
        result,
        ...(file !== undefined && { file }),
        ...(line !== undefined && { line }),
        ...(failure && { failure }),
      };
    });
}

function failureFrom({
  expected,
  actual,
  left,
  right,
  assertion,
  message,
  printed,
}: Omit<OutcomeLine, 'result' | 'name' | 'file' | 'line'>): TestFailure | undefined {
  const own = message === undefined ? {} : { message };
  if (left !== undefined && right !== undefined)
    return { kind: 'sides', left, right, ...own, ...(assertion === undefined ? {} : { assertion }) };
  if (expected !== undefined && actual !== undefined)
    return {
      kind: 'compared',
      expected: printed === true ? onOneLine(expected) : expected,
      actual: printed === true ? onOneLine(actual) : actual,
      ...own,
    };
  return message === undefined ? undefined : { kind: 'message', text: message };
}
