import path from 'node:path';
import { isTestCode } from '../../workspace/test-file-name.ts';
import type { JavaScriptProject } from './finding/javascript-project.ts';
import { packageCall } from './finding/package-commands.ts';
import { fileArgument, splitArguments, type OptionKinds } from './finding/script-arguments.ts';
import { namePattern } from './finding/test-target.ts';
import { readOutcomeLines } from './test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';

const optionKinds: OptionKinds = {
  valued: new Set([
    '-c',
    '--config',
    '-r',
    '--root',
    '--dir',
    '--project',
    '--environment',
    '--pool',
    '--mode',
    '--reporter',
    '--outputFile',
    '-t',
    '--testNamePattern',
    '--testTimeout',
  ]),
  unwanted: /^(-w$|--watch|--ui|--coverage|--reporter|--outputFile|--open|--run$)/,
};
const verbs = new Set(['run', 'watch', 'dev', 'related']);

/** Plans Vitest with our own reporter. */
export async function planVitestTests(
  project: JavaScriptProject,
  selection: Selection,
  { environment, reporters }: RunnerSetting,
): Promise<TestRun> {
  const { folder, script } = project;
  const words = script?.command.words.slice(1).filter((word) => !word.includes('node_modules/')) ?? [];
  const { options, positional } = splitArguments(verbs.has(words[0] ?? '') ? words.slice(1) : words, optionKinds);
  const selected = selection.kind === 'all' ? [] : selection.paths;
  const paths = selected
    .map((file) => path.relative(folder, file).split(path.sep).join('/'))
    .filter((file) => file !== '')
    .map(fileArgument);
  const sources = paths.some((file) => /\.[cm]?[jt]sx?$/.test(file) && !isTestCode(file));
  const name = selection.kind === 'name' ? ['-t', namePattern(selection.name)] : [];
  const reporting = ['--reporter=default', `--reporter=${path.join(reporters, 'vitest-reporter.mjs')}`];
  const own = [sources ? 'related' : 'run', ...(selected.length > 0 ? paths : positional), ...options];
  const added = [...(sources ? ['--run'] : []), ...reporting, ...name];
  const argv = packageCall(project, 'vitest', own, added, environment);
  return {
    runner: 'vitest',
    folder,
    line: ['vitest', ...own, ...name].join(' '),
    argv: () => argv,
    variables: (results) => ({ ...script?.command.variables, MOONWRIGHT_RESULTS: results }),
    parse: ({ results }) => readOutcomeLines(results),
    missing: 'vitest is not installed here. Run npm install first.',
  };
}
