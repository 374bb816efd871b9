import type { Environment } from '../commands/command-environment.ts';
import type { TestOutcome } from './test-outcome.ts';

/** Which tests are meant. Paths are absolute and exist. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | { readonly kind: 'name'; readonly name: string };

/** One call of a project's test runner, planned but not made. */
export interface TestRun {
  /** As permissions know it: `node --test`, `vitest`, `pytest`. */
  readonly runner: string;
  /** Where it runs, absolute. */
  readonly folder: string;
  /** What runs, for the user. */
  readonly line: string;
  /**
   * The program and its arguments; undefined when it is not installed. The machine-readable results go into that file,
   * or are the output itself.
   */
  readonly argv: (results: string) => readonly string[] | undefined;
  /** Makes what the user watches of what the program prints; begins anew for each run. */
  readonly live?: () => (raw: string) => string;
  readonly variables?: (results: string) => Environment;
  /** The outcomes; empty when there are none to be read. */
  readonly parse: (run: RunResults) => readonly TestOutcome[];
  /** The exit code that says that there was nothing to run. */
  readonly nothingCode?: number;
  /** What to do when the program is missing, e.g. `pytest is not installed. ...`. */
  readonly missing: string;
}

export interface RunResults {
  /** What stands in the results file; empty when it was not written. */
  readonly results: string;
  /** What the program printed, without ANSI codes, whole. */
  readonly output: string;
  readonly exitCode: number;
}

/** What planning a run needs to know. */
export interface RunnerSetting {
  readonly environment: Environment;
  /** Folder of node-test-reporter.mjs and the other reporters of our own. */
  readonly reporters: string;
}
