import path from 'node:path';
import type { JavaScriptProject } from '../finding/javascript-project.ts';
import { packageCall } from '../finding/package-commands.ts';
import { fileArgument, splitArguments, type OptionKinds } from '../finding/script-arguments.ts';
import type { RunnerSetting, RunResults, Selection, TestRun } from '../test-runner.ts';
import { ToolError } from '../../tool.ts';

/** A test runner that is a package of the project and needs nothing but options. */
export interface PackageRunner {
  /** Its command. */
  readonly command: string;
  readonly packageName: string;
  /** The word after the command that runs tests: `test` of `playwright test`. */
  readonly verb?: string;
  readonly options: OptionKinds;
  /** Arguments for files and folders, given relative to the project. */
  readonly paths: (relative: readonly string[]) => readonly string[];
  /** Arguments for the tests of a name; undefined where the runner cannot choose by name. */
  readonly name: ((name: string) => readonly string[]) | undefined;
  /** Arguments that make it report; `reporters` is the folder of our own reporters, `results` the results file. */
  readonly reporting: (reporters: string, results: string) => readonly string[];
  /** Why tests are missing, where its output says it. */
  readonly incomplete?: (run: RunResults) => string | undefined;
  readonly parse: (run: RunResults, folder: string) => ReturnType<TestRun['parse']>;
}

/** Plans a run by the script's own call, with its options. */
export function planPackageTests(
  runner: PackageRunner,
  project: JavaScriptProject,
  selection: Selection,
  { environment, reporters }: RunnerSetting,
): TestRun {
  const { folder, script } = project;
  const { command, packageName, verb } = runner;
  const words = script?.command.words.slice(1).filter((word) => !word.includes('node_modules/')) ?? [];
  const { options, positional } = splitArguments(
    verb !== undefined && words[0] === verb ? words.slice(1) : words,
    runner.options,
  );
  const chosen =
    selection.kind !== 'all'
      ? selection.paths
          .filter((file) => file !== folder)
          .map((file) => fileArgument(path.relative(folder, file).split(path.sep).join('/')))
      : [];
  if (selection.kind === 'name' && runner.name === undefined)
    throw new ToolError(`${command} cannot run a test by its name. Give a test file or a folder.`);
  const name = selection.kind === 'name' ? (runner.name?.(selection.name) ?? []) : [];
  const own = [
    ...(verb === undefined ? [] : [verb]),
    ...(chosen.length > 0 ? runner.paths(chosen) : positional),
    ...options,
  ];
  return {
    runner: command,
    folder,
    line: [command, ...own, ...name].join(' '),
    argv: (results) =>
      packageCall(project, packageName, own, [...runner.reporting(reporters, results), ...name], environment),
    variables: (results) => ({ ...script?.command.variables, MOONWRIGHT_RESULTS: results }),
    parse: (run) => runner.parse(run, folder),
    ...(runner.incomplete !== undefined && { incomplete: runner.incomplete }),
    missing: `${command} is not installed here. Run npm install first.`,
  };
}
