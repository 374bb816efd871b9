import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { findProgram, programArgv } from '../commands/command-environment.ts';
import { ToolError } from '../tool.ts';
import type { JavaScriptProject } from './finding/javascript-project.ts';
import { launcherCall } from './finding/package-commands.ts';
import { nameParts, namePattern } from './finding/test-target.ts';
import { namedFiles, nodeTestFiles } from './finding/node-test-files.ts';
import { programName } from './finding/package-script.ts';
import { escapeRegex, fileArgument, splitArguments, type OptionKinds } from './finding/script-arguments.ts';
import { readOutcomeLines } from './test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';

const runner = 'node --test';
const missing = 'node is not installed, or not in PATH. Ask the user to install it.';
const optionKinds: OptionKinds = {
  valued: new Set([
    '--import',
    '--require',
    '-r',
    '--loader',
    '--experimental-loader',
    '--env-file',
    '--conditions',
    '-C',
    '--test-concurrency',
    '--test-timeout',
    '--test-name-pattern',
    '--test-skip-pattern',
    '--test-reporter',
    '--test-reporter-destination',
    '--tsconfig',
  ]),
  unwanted: /^--(test$|watch|test-reporter|experimental-test-coverage|test-coverage|test-update-snapshots)/,
};
/** With more files Node finds them itself: command lines have a limited length. */
const argumentCharactersMax = 20_000;

/** Plans node:test with our own reporter. Undefined when there are no test files. */
export async function planNodeTests(
  project: JavaScriptProject,
  selection: Selection,
  { environment, reporters }: RunnerSetting,
): Promise<TestRun | undefined> {
  const { folder, script, scripted, scriptName } = project;
  const reporter = pathToFileURL(path.join(reporters, 'node-test-reporter.mjs')).href;
  const reporting = (results: string) => [
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${results}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
  ];
  const parse = ({ results }: { readonly results: string }) =>
    readOutcomeLines(results, selection.kind === 'name' ? 'tests' : 'files');
  const node = findProgram('node', environment) ?? 'node';
  const named = selection.kind === 'name' ? [`--test-name-pattern=${await nodeNamePattern(selection.name, node)}`] : [];
  if (scripted) {
    // Only a shell reads the script: all of it runs, and Node gets the reporter from NODE_OPTIONS.
    const npm = programArgv('npm', environment) ?? ['npm'];
    const options = (results: string) =>
      [...reporting(results), ...named].map((option) => JSON.stringify(option)).join(' ');
    return {
      runner,
      folder,
      line: `npm run ${scriptName}`,
      argv: () => [...npm, 'run', scriptName],
      variables: (results) => ({ NODE_OPTIONS: options(results) }),
      parse,
      missing,
    };
  }
  const words = script?.command.words ?? [];
  const { options, positional } = splitArguments(words.slice(1), optionKinds);
  const loader = programName(words[0] ?? '') === 'tsx' ? ['--import', 'tsx'] : [];
  const flags = [...loader, ...options];
  const typescript = await runsTypeScript(node, flags);
  const all =
    positional.length > 0
      ? await namedFiles(positional, folder, { typescript })
      : (await nodeTestFiles(folder, { typescript })).filter((file) => !isBelow(file, project.without));
  const selected = selection.kind === 'all' ? [] : selection.paths;
  const files = selected.length > 0 ? await selectedFiles(selected, all, folder) : all;
  if (files.length === 0) return undefined;
  const shown = files.map((file) => fileArgument(path.relative(folder, file)));
  const passed = shown.join(' ').length > argumentCharactersMax && selected.length === 0 ? positional : shown;
  const line = ['node', ...flags, '--test', ...named, ...(selected.length > 0 ? shown : positional)].join(' ');
  return {
    runner,
    folder,
    line,
    parse,
    missing,
    variables: () => script?.command.variables ?? {},
    argv: (results) => [
      ...(launcherCall(project, environment) ?? []),
      node,
      ...flags,
      '--test',
      ...reporting(results),
      ...named,
      ...passed,
    ],
  };
}

/** Node matches whole names from version 22 on, and before that each name by itself. */
async function nodeNamePattern(name: string, node: string): Promise<string> {
  const [major = 0] = await versionOf(node);
  const last = nameParts(name.replaceAll(/(?<=\w)\.(?=\w)/g, '::')).at(-1);
  const pattern = namePattern(name);
  return major >= 22 || last === undefined || last === name ? pattern : `${pattern}|^${escapeRegex(last)}$`;
}

/** The selected test files: named ones, those below a folder, those that import a source file. */
async function selectedFiles(
  paths: readonly string[],
  all: readonly string[],
  folder: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const wanted of paths) {
    const below = wanted === folder ? all : all.filter((file) => file === wanted || isBelow(file, [wanted]));
    found.push(...(below.length > 0 ? below : await testsOf(wanted, all)));
  }
  return [...new Set(found)].sort();
}

function isBelow(file: string, folders: readonly string[]): boolean {
  return folders.some((folder) => file.startsWith(folder + path.sep));
}

/** Test files that import a file of that name; the file itself if it holds tests although no pattern matches. */
async function testsOf(source: string, all: readonly string[]): Promise<readonly string[]> {
  if (!/\.[cm]?[jt]sx?$/.test(source)) return [];
  if (/['"]node:test['"]/.test(await readFile(source, 'utf8'))) return [source];
  const stem = escapeRegex(path.basename(source).replace(/\.[cm]?[jt]sx?$/, ''));
  const loads = new RegExp(String.raw`['"][^'"]*\b${stem}(\.[cm]?[jt]sx?)?['"]`);
  const found: string[] = [];
  for (const file of all) if (loads.test(await readFile(file, 'utf8'))) found.push(file);
  if (found.length === 0)
    throw new ToolError(`no test loads ${path.basename(source)}. Give a test file, a folder or the name of a test.`);
  return found;
}

const versions = new Map<string, Promise<readonly number[]>>();

/** True if Node strips types itself, or a loader that does so is configured. */
async function runsTypeScript(node: string, flags: readonly string[]): Promise<boolean> {
  if (
    flags.some((flag) =>
      /strip-types|transform-types|^(--import|--require|-r|--loader|--experimental-loader)(=|$)/.test(flag),
    )
  )
    return true;
  const [major = 0, minor = 0] = await versionOf(node);
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** The parts of Node's version; empty when it cannot be read. */
function versionOf(node: string): Promise<readonly number[]> {
  const known = versions.get(node);
  if (known !== undefined) return known;
  const asked = new Promise<readonly number[]>((resolve) => {
    execFile(node, ['--version'], { timeout: 5000, windowsHide: true }, (error, stdout) =>
      resolve(error ? [] : stdout.trim().replace(/^v/, '').split('.').map(Number)),
    );
  });
  versions.set(node, asked);
  return asked;
}
