import type { RunnerSetting, Selection, TestRun } from '../test-runner.ts';

/** How the tests of a language are found and run by the tool that its projects use. */
export interface LanguageRunner {
  /** Names of files that make a folder a project. */
  readonly manifest: RegExp;
  /** Names of files that are sources of the language. */
  readonly source: RegExp;
  /** The runs in a project; empty when it has no tests for the selection. `names` are the folder's entries. */
  readonly plan: (
    folder: string,
    names: readonly string[],
    selection: Selection,
    setting: RunnerSetting,
  ) => Promise<readonly TestRun[]>;
}
