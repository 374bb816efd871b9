import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram, type Environment } from '../../commands/command-environment.ts';
import { ToolError } from '../../tool.ts';
import { filesBelow } from '../finding/node-test-files.ts';
import { escapeRegex, fileArgument } from '../finding/script-arguments.ts';
import { readOutcomeLines } from '../test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from '../test-runner.ts';

const missing = 'is not installed here. Run bundle install first, or ask the user to install Ruby.';

/** Plans RSpec with a formatter of ours. Empty where no file is a spec. */
export async function planRspecTests(
  folder: string,
  names: readonly string[],
  selection: Selection,
  { environment, reporters }: RunnerSetting,
): Promise<readonly TestRun[]> {
  const specs = await rubyFiles(folder, /_spec\.rb$/);
  const files = chosenFiles(specs, selection, folder, (stem) => `${stem}_spec.rb`);
  if (specs.length === 0 || files === undefined) return [];
  const name = selection.kind === 'name' ? ['--example', selection.name] : [];
  const formatter = path.join(reporters, 'rspec-formatter.rb');
  return [
    {
      runner: 'rspec',
      folder,
      line: ['rspec', ...name, ...files].join(' '),
      argv: (results) => {
        const reporting = ['--format', 'progress', '--require', formatter, '--format', 'MoonwrightFormatter'];
        const start = bundled('rspec', names, environment);
        return start && [...start, ...reporting, '--out', results, ...name, ...files];
      },
      parse: ({ results }) => readOutcomeLines(results),
      missing: `RSpec ${missing}`,
    },
  ];
}

/** Plans minitest: all test files in one process, with a plugin of ours. */
export async function planMinitestTests(
  folder: string,
  names: readonly string[],
  selection: Selection,
  { environment, reporters }: RunnerSetting,
): Promise<readonly TestRun[]> {
  const found = await rubyFiles(folder, /(^|[/\\])(test_[^/\\]*|[^/\\]*_test)\.rb$/);
  const tests = found.filter((file) => !file.endsWith(`${path.sep}test_helper.rb`));
  const files = chosenFiles(tests, selection, folder, (stem) => `${stem}_test.rb`);
  if (tests.length === 0 || files === undefined || !(await usesMinitest(tests))) return [];
  const run = (files.length > 0 ? files : tests.map((file) => path.relative(folder, file))).map((file) =>
    path.resolve(folder, file),
  );
  const name = selection.kind === 'name' ? ['--name', `/${escapeRegex(selection.name.replaceAll(' ', '_'))}/`] : [];
  return [
    {
      runner: 'minitest',
      folder,
      line: ['ruby -Ilib:test', ...(files.length > 0 ? files : ['test/**/*_test.rb']), ...name].join(' '),
      argv: () => {
        const start = bundled('ruby', names, environment);
        const load = `${run.length}.times { require File.expand_path(ARGV.shift) }`;
        return start && [...start, '-Ilib', '-Itest', '-e', load, '--', ...run, ...name];
      },
      // Minitest finds its plugins in the folders of libraries.
      variables: (results) => ({ MOONWRIGHT_RESULTS: results, RUBYLIB: withFolder(reporters, environment['RUBYLIB']) }),
      parse: ({ results }) => readOutcomeLines(results),
      missing: `Ruby ${missing}`,
    },
  ];
}

function withFolder(folder: string, before: string | undefined): string {
  return before === undefined || before === '' ? folder : `${folder}${path.delimiter}${before}`;
}

async function rubyFiles(folder: string, pattern: RegExp): Promise<string[]> {
  return (await filesBelow(folder)).filter(
    (file) => pattern.test(file) && !/^(vendor|tmp)[/\\]/.test(path.relative(folder, file)),
  );
}

async function usesMinitest(tests: readonly string[]): Promise<boolean> {
  for (const file of tests.slice(0, 30))
    if (/minitest|test_helper|rails_helper|ActiveSupport::TestCase/i.test(await readFile(file, 'utf8'))) return true;
  return false;
}

/**
 * The selected test files, relative; empty for all of them. For a source the tests of its name. Undefined when the
 * selection has none.
 */
function chosenFiles(
  tests: readonly string[],
  selection: Selection,
  folder: string,
  testOf: (stem: string) => string,
): readonly string[] | undefined {
  if (selection.kind !== 'paths' || selection.paths.includes(folder)) return [];
  const found = selection.paths.flatMap((wanted) => {
    const below = tests.filter((file) => file === wanted || file.startsWith(wanted + path.sep));
    const stem = path.basename(wanted, '.rb');
    return below.length > 0 ? below : tests.filter((file) => path.basename(file) === testOf(stem));
  });
  if (found.length === 0 && tests.length > 0 && selection.paths.some((file) => file.endsWith('.rb')))
    throw new ToolError('no test has the name of this file. Give a test file, a folder or the name of a test.');
  return found.length === 0 ? undefined : found.map((file) => fileArgument(path.relative(folder, file)));
}

/** A program of the project's bundle, else the installed one. */
function bundled(program: string, names: readonly string[], environment: Environment): readonly string[] | undefined {
  const bundle = names.includes('Gemfile') ? findProgram('bundle', environment) : undefined;
  if (bundle !== undefined) return [bundle, 'exec', program];
  const installed = findProgram(program, environment);
  return installed === undefined ? undefined : [installed];
}
