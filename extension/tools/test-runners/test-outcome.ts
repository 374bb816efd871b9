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

export type TestFailure =
  /** Values as shown to the model, on one line. */
  | { readonly kind: 'compared'; readonly expected: string; readonly actual: string }
  | { readonly kind: 'message'; readonly text: string };

/** One line of JSON in the results file of our own reporters. */
interface OutcomeLine {
  readonly result: TestOutcome['result'];
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly expected?: string;
  readonly actual?: string;
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
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
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
  message,
  printed,
}: Pick<OutcomeLine, 'expected' | 'actual' | 'message' | 'printed'>): TestFailure | undefined {
  if (expected !== undefined && actual !== undefined)
    return {
      kind: 'compared',
      expected: printed === true ? onOneLine(expected) : expected,
      actual: printed === true ? onOneLine(actual) : actual,
    };
  return message === undefined ? undefined : { kind: 'message', text: message };
}
