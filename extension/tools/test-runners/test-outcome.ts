import { onOneLine } from './printed-value.ts';

/** What became of one test. */
export interface TestOutcome {
  /** The test's own name, without its suites. */
  readonly name: string;
  /** `crashed`: its file, or what a suite needs, could not be loaded; the name is then the file's. */
  readonly result: 'passed' | 'failed' | 'skipped' | 'crashed';
  /** The test file, absolute. */
  readonly file?: string;
  /** Of the failing assertion, or of the call that threw, in that file. */
  readonly line?: number;
  readonly failure?: TestFailure;
}

export type TestFailure =
  /** Values as they are shown, on one line. */
  | { readonly kind: 'compared'; readonly expected: string; readonly actual: string }
  | { readonly kind: 'message'; readonly text: string };

/** The lines that our own reporters write into the results file, one object each. */
export interface OutcomeLine {
  readonly result: TestOutcome['result'];
  readonly name: string;
  readonly file?: string;
  readonly line?: number;
  readonly expected?: string;
  readonly actual?: string;
  readonly message?: string;
  /** The values are as a pretty-printer spread them. */
  readonly printed?: boolean;
  /** A file without tests that ran to its end: counts only where no file has tests. */
  readonly whole?: boolean;
}

/**
 * Reads what our own reporters wrote; a line that was cut off is left out. Files without tests count where no file has
 * tests, unless only `tests` are asked for.
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
