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
  /** A file without tests that ran to its end: counts only where no file has tests. */
  readonly whole?: boolean;
}

/** Reads what our own reporters wrote; a line that was cut off is left out. */
export function readOutcomeLines(text: string): TestOutcome[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}')).map((line) => JSON.parse(line) as OutcomeLine);
  const counted = lines.some((line) => line.whole !== true && line.result !== 'crashed') ? lines.filter((line) => line.whole !== true) : lines;
  return counted.map(({ result, name, file, line, expected, actual, message }) => {
    const failure = failureFrom(expected, actual, message);
    return { name, result, ...(file !== undefined && { file }), ...(line !== undefined && { line }), ...(failure && { failure }) };
  });
}

function failureFrom(expected: string | undefined, actual: string | undefined, message: string | undefined): TestFailure | undefined {
  if (expected !== undefined && actual !== undefined) return { kind: 'compared', expected, actual };
  return message === undefined ? undefined : { kind: 'message', text: message };
}
