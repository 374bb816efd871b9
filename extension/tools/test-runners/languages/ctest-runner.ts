import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { findProgram } from '../../commands/command-environment.ts';
import { escapeRegex } from '../finding/script-arguments.ts';
import { shellWord } from '../finding/shell-words.ts';
import type { JunitCase } from '../formats/junit-report.ts';
import type { TestFailure, TestOutcome } from '../test-outcome.ts';
import { junitCases } from '../formats/junit-report.ts';
import type { RunnerSetting, Selection, TestRun } from '../test-runner.ts';

/** Build folders by their usual names, and where Visual Studio and CLion put them. */
const buildFolder = /^(build|_build|out|cmake-build)/;

/** Plans CTest in the configured build folder, after a build. Empty for a project that enables no tests. */
export async function planCtest(
  folder: string,
  names: readonly string[],
  selection: Selection,
  { environment }: RunnerSetting,
): Promise<readonly TestRun[]> {
  const lists = readFileSync(path.join(folder, 'CMakeLists.txt'), 'utf8');
  if (!/^\s*(enable_testing|include\s*\(\s*CTest\b)/im.test(lists)) return [];
  const build = configuredFolder(folder, names);
  const shown = build === undefined ? 'build' : path.relative(folder, build).split(path.sep).join('/');
  const chosen = patternOf(selection);
  const words = ['--test-dir', shown, '--output-on-failure', ...(chosen === undefined ? [] : ['-R', chosen])];
  const ctest = findProgram('ctest', environment);
  return [
    {
      runner: 'ctest',
      folder,
      line: `cmake --build ${shown} && ctest ${words.join(' ')}`,
      // The tests are programs: without a build those of the sources before would run.
      ...(build !== undefined && { before: [{ folder, text: `cmake --build ${shellWord(shown)}` }] }),
      argv: (results) =>
        build === undefined || ctest === undefined ? undefined : [ctest, ...words, '--output-junit', results],
      parse: ({ results }) => junitCases(results).map((test) => outcomeOf(test, folder)),
      missing:
        ctest === undefined
          ? 'CMake is not installed, or not in PATH. Ask the user to install it.'
          : 'no build folder is configured. Run cmake -B build first.',
    },
  ];
}

/** The folder below that CMake was configured for. */
function configuredFolder(folder: string, names: readonly string[]): string | undefined {
  const near = names.filter((name) => buildFolder.test(name)).map((name) => path.join(folder, name));
  const inner = near.flatMap((one) => entriesOf(one).map((name) => path.join(one, name)));
  const deeper = inner.flatMap((one) =>
    (/^(build|out)$/.test(path.basename(one)) ? entriesOf(one) : []).map((name) => path.join(one, name)),
  );
  return [...near, ...inner, ...deeper].find((one) => existsSync(path.join(one, 'CMakeCache.txt')));
}

function entriesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

/** A test's name; of a source the tests that it declares, else those with its name in theirs. */
function patternOf(selection: Selection): string | undefined {
  if (selection.kind === 'all') return undefined;
  if (selection.kind === 'name') return escapeRegex(selection.name);
  const patterns = selection.paths.flatMap((file) => {
    if (!/\.(c|cc|cpp|cxx|h|hh|hpp)$/.test(file)) return [];
    const declared = [...readFileSync(file, 'utf8').matchAll(/^\s*TEST(?:_[FP])?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)/gm)];
    const named = declared.map((match) => `(^|/)${match[1]}\\.${match[2]}($|/)`);
    return [...named, escapeRegex(path.basename(file).replace(/\.\w+$/, ''))];
  });
  return patterns.length === 0 ? undefined : patterns.join('|');
}

function outcomeOf(test: JunitCase, folder: string): TestOutcome {
  const { name, result, output } = test;
  if (result === 'passed' || result === 'skipped') return { name, result };
  return { name, result: 'failed', ...placeIn(output, folder), failure: failureOf(test) };
}

/** `/w/calc_test.cpp:7: Failure`, `calc: /w/calc.c:5: main: Assertion ... failed.` */
const placePattern = /^(?:[\w./-]+: )?(\/?[^\s:]+\.(?:c|cc|cpp|cxx|h|hh|hpp)):(\d+): ?(.*)$/m;

function placeIn(output: string, folder: string): Pick<TestOutcome, 'file' | 'line'> {
  const [, file, line] = placePattern.exec(output) ?? [];
  return file === undefined ? {} : { file: path.resolve(folder, file), line: Number(line) };
}

/** Which side is expected, GoogleTest does not know: its values have the order of the source. */
function failureOf({ output, message }: JunitCase): TestFailure {
  const equal = /^Expected equality of these values:\n((?: {2}.*\n?)+)(.*)/m.exec(output);
  if (equal !== null) {
    const lines = (equal[1] ?? '').trimEnd().split('\n');
    const starts = lines.flatMap((line, at) => (/^ {2}\S/.test(line) ? [at] : []));
    const value = (at: number) => /^\s+Which is: (.*)$/.exec(lines[at + 1] ?? '')?.[1] ?? lines[at]?.trim() ?? '';
    const [left = 0, right = 0] = starts;
    const own = equal[2]?.trim() ?? '';
    const assertion = `EXPECT_EQ(${lines[left]?.trim()}, ${lines[right]?.trim()})`;
    return { kind: 'sides', left: value(left), right: value(right), assertion, ...(own !== '' && { message: own }) };
  }
  const [, , , told = ''] = placePattern.exec(output) ?? [];
  const below = output
    .slice(output.indexOf(told) + told.length)
    .split('\n')
    .map((line) => line.trim());
  const failure = /^(Failure|FAILED:?)?$/.test(told)
    ? below
        .filter((line) => line !== '')
        .slice(0, 3)
        .join(' ')
    : told;
  return { kind: 'message', text: failure || message || lastLine(output) || 'failed without a message' };
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
