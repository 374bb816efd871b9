import type { Environment } from '../commands/command-environment.ts';
import type { Preparation } from './finding/javascript-project.ts';
import type { TestOutcome } from './test-outcome.ts';

/** Which tests to run. Paths are absolute and exist; a name without paths may be that of a test in any file. */
export type Selection =
  | { readonly kind: 'all' }
  | { readonly kind: 'paths'; readonly paths: readonly string[] }
  | { readonly kind: 'name'; readonly name: string; readonly paths: readonly string[] };

/** One planned call of a project's test runner. */
export interface TestRun {
  /** The name for permissions: `node --test`, `vitest`, `pytest`. */
  readonly runner: string;
  /** The folder it runs in, absolute. */
  readonly folder: string;
  /** The command line, for the user. */
  readonly line: string;
  /** What has to run before it, in this order. */
  readonly before?: readonly Preparation[];
  /**
   * The program and its arguments; undefined when it is not installed. Machine-readable results are written to the file
   * or folder `results`, or are the output itself.
   */
  readonly argv: (results: string) => readonly string[] | undefined;
  /** True if `argv` is quoted already, for Windows. */
  readonly verbatim?: boolean;
  /** For results that nobody can read: exit code and output are the report. `whole` if it runs more than asked for. */
  readonly told?: { readonly whole: boolean };
  /** Makes a filter from the program's output to what the user watches; one filter per run. */
  readonly live?: () => (raw: string) => string;
  readonly variables?: (results: string) => Environment;
  /** Reports that the runner writes to a place of its own. Those that this run wrote are read. */
  readonly reportFiles?: () => Promise<readonly string[]>;
  /** Why the run ended before all tests ran, where the runner's results say it in a way of their own. */
  readonly incomplete?: (run: RunResults) => string | undefined;
  /** Reads the outcomes; empty when there are none. */
  readonly parse: (run: RunResults) => readonly TestOutcome[] | Promise<readonly TestOutcome[]>;
  /** How the runner says that it found no tests, where it has a way of its own. */
  readonly nothing?: { readonly code: number; readonly text?: RegExp };
  /** What to do when the program is missing, e.g. `pytest is not installed. ...`. */
  readonly missing: string;
}

export interface RunResults {
  /** The text of the results file; empty when it was not written. */
  readonly results: string;
  /** The texts of the report files: those in the folder `results`, where the runner made one, and `reportFiles`. */
  readonly reports: readonly string[];
  /** The whole output, without ANSI codes. */
  readonly output: string;
  readonly exitCode: number;
}

/** The setting that runs are planned for. */
export interface RunnerSetting {
  readonly environment: Environment;
  /** Folder with our own reporters, such as node-test-reporter.mjs. */
  readonly reporters: string;
  /** The workspace folders: nothing above them is looked at for a build's root or its wrapper. */
  readonly folders: readonly string[];
}
