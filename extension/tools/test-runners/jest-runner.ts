import path from 'node:path';
import { isTestFile } from '../../workspace/test-file-name.ts';
import { plainText } from '../commands/plain-text.ts';
import type { JavaScriptProject } from './finding/javascript-project.ts';
import { packageCall } from './finding/package-commands.ts';
import { programName } from './finding/package-script.ts';
import { onOneLine, shownJson } from './printed-value.ts';
import { escapeRegex, fileArgument, splitArguments, type OptionKinds } from './finding/script-arguments.ts';
import { namePattern } from './finding/test-target.ts';
import type { TestFailure, TestOutcome } from './test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';

const optionKinds: OptionKinds = {
  valued: new Set([
    '-c',
    '--config',
    '-t',
    '--testNamePattern',
    '-w',
    '--maxWorkers',
    '--rootDir',
    '--env',
    '--testPathPattern',
    '--testPathPatterns',
    '--selectProjects',
    '--testEnvironment',
    '--testTimeout',
    '--outputFile',
    '--reporters',
    '--coverageReporters',
    '--collectCoverageFrom',
  ]),
  // With --bail Jest writes no results.
  unwanted: /^(-b$|--(watch|coverage|collectCoverage|reporters|outputFile|json$|bail|verbose|silent|notify|ci$))/,
};

/** Packages that start Jest with `test`, by their commands. */
const starters: Readonly<Record<string, string>> = {
  'react-scripts': 'react-scripts',
  'react-app-rewired': 'react-app-rewired',
  craco: '@craco/craco',
};

/** Plans Jest, also in react-scripts, with its JSON results. */
export async function planJestTests(
  project: JavaScriptProject,
  selection: Selection,
  { environment }: RunnerSetting,
): Promise<TestRun> {
  const { folder, script } = project;
  const starter = programName(script?.command.words[0] ?? '');
  const program = starters[starter] ?? 'jest';
  const words = script?.command.words.slice(1).filter((word) => !word.includes('node_modules/')) ?? [];
  const { options, positional } = splitArguments(
    program !== 'jest' ? words.slice(1) : words.filter((word) => !word.startsWith('--experimental-')),
    optionKinds,
  );
  const selected = selection.kind === 'all' ? [] : selection.paths;
  const chosen = selected.length > 0 ? pathArguments(selected, folder) : positional;
  const name = selection.kind === 'name' ? ['-t', namePattern(selection.name)] : [];
  const own = [...(program !== 'jest' ? ['test'] : []), ...chosen, ...options];
  const argv = (results: string) =>
    packageCall(
      project,
      program,
      own,
      ['--json', `--outputFile=${results}`, '--testLocationInResults', '--watchAll=false', ...name],
      environment,
    );
  return {
    runner: 'jest',
    folder,
    line: [program, ...own, ...name].join(' '),
    argv,
    variables: () => script?.command.variables ?? {},
    parse: ({ results }) => readJestResults(results),
    missing: 'jest is not installed here. Run npm install first.',
  };
}

function pathArguments(paths: readonly string[], folder: string): string[] {
  const files = paths
    .map((file) => path.relative(folder, file).split(path.sep).join('/'))
    .filter((file) => file !== '');
  const isSource = files.some((file) => /\.[cm]?[jt]sx?$/.test(file) && !isTestFile(file));
  if (isSource) return ['--findRelatedTests', ...files.map(fileArgument)];
  return files.map((file) => (/\.\w+$/.test(file) ? `${escapeRegex(file)}$` : `${escapeRegex(file)}/`));
}

interface JestMatcher {
  readonly expected?: unknown;
  readonly actual?: unknown;
  readonly pass?: boolean;
}
interface JestAssertion {
  readonly title: string;
  readonly status: string;
  readonly failureMessages?: readonly string[] | null;
  readonly failureDetails?: readonly { readonly matcherResult?: JestMatcher }[];
  readonly location?: { readonly line: number } | null;
}
interface JestFile {
  readonly name: string;
  readonly message: string;
  readonly status: string;
  readonly assertionResults: readonly JestAssertion[];
}

/** Reads what `jest --json` wrote. */
export function readJestResults(text: string): TestOutcome[] {
  if (text === '') return [];
  const { testResults } = JSON.parse(text) as { readonly testResults: readonly JestFile[] };
  return testResults.flatMap((file) => {
    if (file.assertionResults.length === 0 && file.status === 'failed') return [crashOf(file)];
    return file.assertionResults.map((test) => outcomeOf(test, file.name));
  });
}

function outcomeOf(test: JestAssertion, file: string): TestOutcome {
  const name = test.title;
  if (test.status === 'passed') return { name, result: 'passed', file };
  if (test.status !== 'failed') return { name, result: 'skipped', file };
  const message = plainText(test.failureMessages?.[0] ?? '');
  const line = lineIn(file, message) ?? test.location?.line;
  return {
    name,
    result: 'failed',
    file,
    ...(line !== undefined && { line }),
    failure: failureOf(message, test.failureDetails?.[0]?.matcherResult),
  };
}

/** The compared values as the message prints them, else as the matcher kept them; without any, the message. */
export function failureOf(message: string, matcher: JestMatcher | undefined): TestFailure {
  const printed = (label: string) => new RegExp(String.raw`^\s*${label}:\s+(.+)$`, 'm').exec(message)?.[1];
  const expected = printed('Expected(?: length)?');
  const actual = printed('Received(?: length)?');
  if (expected !== undefined && actual !== undefined && !expected.startsWith('not '))
    return { kind: 'compared', expected: onOneLine(expected), actual: onOneLine(actual) };
  // node:assert, as Jest prints it.
  const assertion = /^\s*Expected value to [^\n]*equal[^\n]*:\n\s+(.+)\n\s*Received:\n\s+(.+)$/m.exec(message);
  if (assertion !== null)
    return { kind: 'compared', expected: onOneLine(assertion[1] ?? ''), actual: onOneLine(assertion[2] ?? '') };
  if (
    matcher?.pass === false &&
    'expected' in matcher &&
    'actual' in matcher &&
    /\.to(Strict)?(Equal|MatchObject)\(/.test(message)
  )
    return { kind: 'compared', expected: shownJson(matcher.expected), actual: shownJson(matcher.actual) };
  const first = (message.split('\n').find((line) => line.trim() !== '') ?? 'failed')
    .replace(/^\w*Error: /, '')
    .replace(/ \/\/ [\w.]+( equality)?$/, '');
  const details = [...message.matchAll(/^\s*((?:Expected|Received)(?: \w+)?:\s+.+)$/gm)].map((match) =>
    (match[1] ?? '').replace(/\s+/g, ' '),
  );
  return { kind: 'message', text: [first, ...details].join('; ') };
}

function crashOf({ name, message }: JestFile): TestOutcome {
  const text = plainText(message);
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('\u25CF'));
  const reason =
    lines.find((line) => /^(\w*Error|Cannot find)\b/.test(line)) ?? lines[0] ?? 'the file could not be run';
  const line = lineIn(name, text) ?? (Number(/\((\d+):\d+\)/.exec(reason)?.[1] ?? 0) || undefined);
  return {
    name: path.basename(name),
    result: 'crashed',
    file: name,
    ...(line !== undefined && { line }),
    failure: { kind: 'message', text: reason.replace(`${name}: `, '') },
  };
}

function lineIn(file: string, stack: string): number | undefined {
  for (const line of stack.split('\n')) {
    const frame = /((?:\/|[A-Za-z]:[\\/])[^():]*(?::\\[^():]*)?):(\d+):\d+\)?$/.exec(line);
    if (frame?.[1] === file) return Number(frame[2]);
  }
  return undefined;
}
