import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram, type Environment } from '../commands/command-environment.ts';
import { ToolError } from '../tool.ts';
import { filesBelow } from './finding/node-test-files.ts';
import { readPytestResults } from './pytest-results.ts';
import { escapeRegex, fileArgument } from './finding/script-arguments.ts';
import { nameParts } from './finding/test-target.ts';
import { readOutcomeLines, type TestOutcome } from './test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';

/** What pytest and unittest collect by default. */
const testFile = /^(test.*|.+_test)\.py$/;
/** How many files are read to tell pytest from unittest. */
const readMax = 30;
const pytestConfigs = ['pytest.ini', '.pytest.ini', 'conftest.py'];
const pytestMentions = [
  'pyproject.toml',
  'tox.ini',
  'setup.cfg',
  'requirements.txt',
  'requirements-dev.txt',
  'dev-requirements.txt',
  'Pipfile',
];

/** Plans pytest, or unittest where nothing points to pytest. Undefined when there are no Python tests. */
export async function planPythonTests(
  folder: string,
  names: readonly string[],
  selection: Selection,
  { environment, reporters }: RunnerSetting,
  without: readonly string[] = [],
): Promise<TestRun | undefined> {
  const all = (await filesBelow(folder)).filter(
    (file) => testFile.test(path.basename(file)) && !without.some((inner) => file.startsWith(inner + path.sep)),
  );
  const parts = selection.kind === 'name' ? pythonNames(selection.name) : [];
  if (all.length === 0 || parts === undefined) return undefined;
  const python = pythonOf(folder, environment) ?? 'python3';
  const variables = () => ({ PYTHONDONTWRITEBYTECODE: '1' });
  const selected = selection.kind === 'all' ? [] : selection.paths;
  const chosen = await selectedPaths(selected, all, folder);
  if (selected.length > 0 && chosen.length === 0) return undefined;
  const shown = chosen.map((file) => fileArgument(path.relative(folder, file)) || '.');
  if (await usesPytest(folder, names, all)) {
    // A test in a file has an id; anywhere else its names have to do.
    const ids = parts.length > 0 && chosen.length > 0 && chosen.every((file) => all.includes(file));
    const words = ids
      ? shown.map((file) => [file, ...parts].join('::'))
      : [...keywords(parts), ...shown, ...(selected.length > 0 ? [] : ignored(without, folder))];
    return {
      runner: 'pytest',
      folder,
      line: ['pytest', ...words].join(' '),
      variables,
      // Other words about nothing stand beside errors in its use.
      nothing: { code: 5, text: /^ERROR: not found: .*\n\(no match in any of/m },
      argv: (results) => [
        python,
        '-m',
        'pytest',
        '-vv',
        '--tb=short',
        '-o',
        'junit_family=xunit1',
        `--junitxml=${results}`,
        ...words,
      ],
      parse: ({ results }) => exactly(readPytestResults(results, folder), parts),
      missing: `pytest is not installed here. Install it with ${pipOf(python, folder)} install pytest.`,
    };
  }
  const name = parts.length > 0 ? ['-k', parts.join('.')] : [];
  if (names.includes('manage.py')) {
    const labels = chosen.filter((file) => file !== folder).map((file) => djangoLabel(path.relative(folder, file)));
    const words = ['manage.py', 'test', ...name, ...labels];
    const before = environment['PYTHONPATH'] ?? '';
    return {
      runner: 'manage.py test',
      folder,
      line: ['python', ...words].join(' '),
      variables: (results) => ({
        ...variables(),
        MOONWRIGHT_RESULTS: results,
        PYTHONPATH: before === '' ? reporters : `${reporters}${path.delimiter}${before}`,
      }),
      argv: () => [python, ...words, '--testrunner', 'moonwright_django.MoonwrightRunner', '--no-input'],
      parse: ({ results }) => readOutcomeLines(results),
      missing: 'python is not installed, or not in PATH. Ask the user to install it.',
    };
  }
  const files = (
    selected.length > 0
      ? all.filter((file) => chosen.some((one) => file === one || file.startsWith(one + path.sep)))
      : all
  ).map((file) => fileArgument(path.relative(folder, file)));
  return {
    runner: 'unittest',
    folder,
    line: ['python -m unittest', ...name, ...(selected.length > 0 ? files : [])].join(' '),
    variables: (results) => ({ ...variables(), MOONWRIGHT_RESULTS: results }),
    argv: () => [python, path.join(reporters, 'unittest_runner.py'), ...name, ...files],
    parse: ({ results }) => exactly(readOutcomeLines(results), parts),
    missing: 'python is not installed, or not in PATH. Ask the user to install it.',
  };
}

/** Django takes modules with dots, and folders as they are. */
function djangoLabel(relative: string): string {
  return relative.endsWith('.py') ? relative.slice(0, -'.py'.length).split(path.sep).join('.') : fileArgument(relative);
}

/** Class and test of `Class::test`, `Class.test` or `test[a b]`; undefined for what no test in Python is named. */
function pythonNames(name: string): readonly string[] | undefined {
  const [, plain = name, parameters = ''] = /^([^[]*)(\[.*\])$/s.exec(name) ?? [];
  const parts = nameParts(plain).flatMap((part) => part.split('.'));
  if (parts.length === 0 || !parts.every((part) => /^\w[\w-]*$/.test(part))) return undefined;
  return [...parts.slice(0, -1), (parts.at(-1) ?? '') + parameters];
}

/** What selects the tests whose names have these parts in them; parameters cannot be asked for everywhere. */
function keywords(parts: readonly string[]): readonly string[] {
  const words = parts.map((part) => (/^[\w.[\]-]+$/.test(part) ? part : part.replace(/\[.*$/s, '')));
  return words.length === 0 ? [] : ['-k', words.join(' and ')];
}

/** Of tests whose names, classes or files have the name in them those of exactly that name, where there are some. */
function exactly(outcomes: readonly TestOutcome[], parts: readonly string[]): readonly TestOutcome[] {
  const name = parts.at(-1);
  if (name === undefined) return outcomes;
  const exact = outcomes.filter((outcome) => outcome.name === name || outcome.name.startsWith(`${name}[`));
  return exact.length > 0 ? exact : outcomes;
}

/** The pip of an interpreter, as a command in the folder. */
function pipOf(python: string, folder: string): string {
  const inside = path.relative(folder, python).split(path.sep).join('/');
  return /^\.\.|^\//.test(inside) || !inside.includes('/') ? 'pip' : `${inside} -m pip`;
}

function ignored(folders: readonly string[], folder: string): readonly string[] {
  return folders.map((inner) => `--ignore=${path.relative(folder, inner)}`);
}

async function usesPytest(folder: string, names: readonly string[], tests: readonly string[]): Promise<boolean> {
  if (
    names.some((name) => pytestConfigs.includes(name)) ||
    tests.some((file) => existsSync(path.join(path.dirname(file), 'conftest.py')))
  )
    return true;
  for (const name of names.filter((one) => pytestMentions.includes(one)))
    if (/\bpytest\b/.test(await readFile(path.join(folder, name), 'utf8'))) return true;
  for (const file of tests.slice(0, readMax))
    if (/^(import pytest|from pytest|(async )?def test_)/m.test(await readFile(file, 'utf8'))) return true;
  return false;
}

/** Test files and folders as they are; for a source file the tests that import it. */
async function selectedPaths(paths: readonly string[], tests: readonly string[], folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const wanted of paths) {
    if (wanted === folder || tests.includes(wanted) || tests.some((file) => file.startsWith(wanted + path.sep))) {
      found.push(wanted);
    } else if (wanted.endsWith('.py')) {
      const imports = new RegExp(
        String.raw`^\s*(from|import)\b.*\b${escapeRegex(path.basename(wanted, '.py'))}\b`,
        'm',
      );
      const importing: string[] = [];
      for (const file of tests) if (imports.test(await readFile(file, 'utf8'))) importing.push(file);
      if (importing.length === 0)
        throw new ToolError(
          `no test imports ${path.basename(wanted)}. Give a test file, a folder or the name of a test.`,
        );
      found.push(...importing);
    }
  }
  return found;
}

/** The interpreter of the project's virtual environment, else that in PATH. */
function pythonOf(folder: string, environment: Environment): string | undefined {
  const inside = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  for (let current = folder, depth = 0; depth < 4; current = path.dirname(current), depth++) {
    const found = ['.venv', 'venv', 'env']
      .map((name) => path.join(current, name, ...inside))
      .find((file) => existsSync(file));
    if (found !== undefined) return found;
  }
  const active = environment['VIRTUAL_ENV'];
  const activated = active === undefined ? undefined : path.join(active, ...inside);
  return activated !== undefined && existsSync(activated)
    ? activated
    : (findProgram('python3', environment) ?? findProgram('python', environment));
}
