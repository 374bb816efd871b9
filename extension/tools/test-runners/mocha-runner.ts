import path from 'node:path';
import type { JavaScriptProject } from './finding/javascript-project.ts';
import { packageCall } from './finding/package-commands.ts';
import { programName } from './finding/package-script.ts';
import { escapeRegex, fileArgument, splitArguments, type OptionKinds } from './finding/script-arguments.ts';
import { readOutcomeLines } from './test-outcome.ts';
import { namePattern } from './finding/test-target.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';

const optionKinds: OptionKinds = {
  valued: new Set([
    '-r',
    '--require',
    '-c',
    '--config',
    '-u',
    '--ui',
    '-t',
    '--timeout',
    '-s',
    '--slow',
    '--extension',
    '--file',
    '--ignore',
    '--exclude',
    '--package',
    '-g',
    '--grep',
    '-f',
    '--fgrep',
    '-n',
    '--node-option',
    '-j',
    '--jobs',
    '--loader',
    '--import',
    '-R',
    '--reporter',
    '-O',
    '--reporter-option',
    '-p',
    '--type-check',
  ]),
  unwanted: /^(-w$|--watch|-R$|--reporter|-O$)/,
};

/** Mocha, through a reporter of our own. */
export async function planMochaTests(
  project: JavaScriptProject,
  selection: Selection,
  { environment, reporters }: RunnerSetting,
): Promise<TestRun> {
  const { folder, script } = project;
  const words = script?.command.words.slice(1).filter((word) => !word.includes('node_modules/')) ?? [];
  const { options, positional } = splitArguments(words, optionKinds);
  const paths = selection.kind === 'all' ? [] : selection.paths.filter((file) => file !== folder);
  const shown = paths.map((file) => fileArgument(path.relative(folder, file)));
  const name = selection.kind === 'name' ? [nameOption(selection.name)] : [];
  const own = [...options, ...(paths.length > 0 ? [...shown, '--recursive'] : positional)];
  const packageName =
    programName(words.length > 0 ? (script?.command.words[0] ?? 'mocha') : 'mocha') === 'ts-mocha'
      ? 'ts-mocha'
      : 'mocha';
  const argv = packageCall(
    project,
    packageName,
    own,
    ['--reporter', path.join(reporters, 'mocha-reporter.cjs'), ...name],
    environment,
  );
  // Mocha also runs the files that the configuration names: report only the requested ones.
  const meant = (file: string | undefined) =>
    paths.length === 0 || file === undefined || paths.some((one) => file === one || file.startsWith(one + path.sep));
  return {
    runner: 'mocha',
    folder,
    line: ['mocha', ...own, ...name].join(' '),
    argv: () => argv,
    variables: (results) => ({ ...script?.command.variables, MOONWRIGHT_RESULTS: results }),
    parse: ({ results }) => readOutcomeLines(results).filter((outcome) => meant(outcome.file)),
    missing: 'mocha is not installed here. Run npm install first.',
  };
}

/** Mocha joins the names of suites and tests with a space. */
function nameOption(name: string): string {
  const pattern = namePattern(name);
  return pattern === escapeRegex(name) ? `--fgrep=${name}` : `--grep=${pattern}`;
}
