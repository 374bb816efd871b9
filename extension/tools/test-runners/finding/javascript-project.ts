import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { findProgram, programArgv, type Environment } from '../../commands/command-environment.ts';
import {
  hasTestScript,
  programName,
  readManifest,
  testScript,
  type PackageManifest,
  type TestScript,
} from './package-script.ts';
import { nodeTestFiles } from './node-test-files.ts';

export type JavaScriptRunner =
  ('node' | 'vitest' | 'jest' | 'mocha') | ('ava' | 'uvu' | 'tap' | 'lab' | 'jasmine' | 'playwright');

/** A folder with a package.json, or with tests for node:test and nothing else. */
export interface JavaScriptProject {
  readonly folder: string;
  readonly runner: JavaScriptRunner;
  readonly manifest: PackageManifest | undefined;
  /** Undefined when something other than the script tells the runner. */
  readonly script: TestScript | undefined;
  /** True if the test script calls the runner in a way that only a shell understands. */
  readonly scripted: boolean;
}

const runnerNames: readonly (readonly [RegExp, JavaScriptRunner])[] = [
  [/^vitest$/, 'vitest'],
  [/^(jest|react-scripts|jest-cli)$/, 'jest'],
  [/^(mocha|_mocha|ts-mocha)$/, 'mocha'],
  [/^ava$/, 'ava'],
  [/^uvu$/, 'uvu'],
  [/^tap$/, 'tap'],
  [/^(@hapi\/)?lab$/, 'lab'],
  [/^jasmine$/, 'jasmine'],
  [/^(@playwright\/test|playwright)$/, 'playwright'],
];
/** The packages that runners come in, the most telling first. */
const runnerPackages: readonly (readonly [string, JavaScriptRunner])[] = [
  ['vitest', 'vitest'],
  ['jest', 'jest'],
  ['mocha', 'mocha'],
  ['ava', 'ava'],
  ['uvu', 'uvu'],
  ['tap', 'tap'],
  ['@hapi/lab', 'lab'],
  ['jasmine', 'jasmine'],
  ['@playwright/test', 'playwright'],
];
const configs: readonly (readonly [RegExp, JavaScriptRunner])[] = [
  [/^vitest\.(config|workspace)\./, 'vitest'],
  [/^jest\.config\./, 'jest'],
  [/^\.mocharc\./, 'mocha'],
  [/^ava\.config\./, 'ava'],
  [/^\.taprc$/, 'tap'],
  [/^playwright\.config\./, 'playwright'],
];

/** How to run the JavaScript tests of a folder; undefined when unknown. */
export async function javaScriptProject(
  folder: string,
  names: readonly string[],
): Promise<JavaScriptProject | undefined> {
  const manifest = names.includes('package.json')
    ? readManifest(await readFile(path.join(folder, 'package.json'), 'utf8'))
    : undefined;
  const script = manifest && testScript(manifest);
  const called = script && runnerOf(script.command.words);
  if (called !== undefined) return { folder, runner: called, manifest, script, scripted: false };
  if (manifest !== undefined && hasTestScript(manifest)) {
    // Do not second-guess any other script: use the runner only if the script names it.
    const named = runnerIn(manifest.scripts['test'] ?? '', manifest);
    return named && { folder, runner: named, manifest, script: undefined, scripted: true };
  }
  const configured =
    configs.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ??
    (manifest?.fields['jest'] !== undefined ? 'jest' : undefined);
  const depended = runnerPackages.find(([name]) => manifest?.dependencies.has(name))?.[1];
  const runner = configured ?? depended ?? ((await hasNodeTests(folder)) ? 'node' : undefined);
  return runner && { folder, runner, manifest, script: undefined, scripted: false };
}

/** The runner that a command starts. */
export function runnerOf(words: readonly string[]): JavaScriptRunner | undefined {
  const program = programName(words[0] ?? '');
  const direct = runnerNames.find(([pattern]) => pattern.test(program))?.[1];
  if (direct !== undefined) return direct;
  if (program === 'tsx') return words.includes('--test') ? 'node' : undefined;
  if (program !== 'node') return undefined;
  if (words.includes('--test')) return 'node';
  const started = words.find((word) => word.includes('node_modules/'));
  return started === undefined ? undefined : runnerOf([started]);
}

/** The runner that a script names which only a shell can read. The short names are words of other programs too. */
function runnerIn(script: string, manifest: PackageManifest): JavaScriptRunner | undefined {
  if (/\bnode\b[^&|;]*\s--test\b/.test(script)) return 'node';
  const named = runnerPackages.filter(
    ([name, runner]) => /^(vitest|jest|mocha)$/.test(runner) || manifest.dependencies.has(name),
  );
  return named.find(([, runner]) => new RegExp(String.raw`(^|[\s/"'])${runner}(\s|$|["'])`).test(script))?.[1];
}

async function hasNodeTests(folder: string): Promise<boolean> {
  const files = await nodeTestFiles(folder, { typescript: true });
  for (const file of files.slice(0, 50)) if (/['"]node:test['"]/.test(await readFile(file, 'utf8'))) return true;
  return false;
}

/**
 * The words that start a runner which is a package of the project: the script's own call, so that its options count.
 * `added` goes behind them. Undefined when the package is not installed.
 */
export function packageCall(
  project: JavaScriptProject,
  packageName: string,
  own: readonly string[],
  added: readonly string[],
  environment: Environment,
): readonly string[] | undefined {
  const { script, scripted, folder } = project;
  if (scripted || (script !== undefined && !script.alone)) {
    const npm = programArgv('npm', environment);
    return npm && [...npm, 'run', script?.name ?? 'test', '--', ...added];
  }
  const entry = entryOf(packageName, folder);
  const node = findProgram('node', environment);
  if (entry === undefined || node === undefined) return undefined;
  const words = script?.command.words ?? [];
  const flags =
    programName(words[0] ?? '') === 'node'
      ? words
          .slice(1)
          .filter(
            (word) =>
              word.startsWith('-') && words.indexOf(word) < words.findIndex((other) => other.includes('node_modules/')),
          )
      : [];
  return [node, ...flags, entry, ...own, ...added];
}

/** The script that a package's command is, looked up as Node does. */
function entryOf(packageName: string, folder: string): string | undefined {
  for (let current = folder; ; current = path.dirname(current)) {
    const home = path.join(current, 'node_modules', packageName);
    const manifest = path.join(home, 'package.json');
    if (existsSync(manifest))
      return commandIn(home, readManifest(readFileSync(manifest, 'utf8'))?.fields['bin'], packageName);
    if (path.dirname(current) === current) return undefined;
  }
}

function commandIn(home: string, bin: unknown, packageName: string): string | undefined {
  if (typeof bin === 'string') return path.join(home, bin);
  if (typeof bin !== 'object' || bin === null) return undefined;
  const commands = Object.entries(bin as Readonly<Record<string, unknown>>);
  // A package such as @hapi/lab has one command, of another name.
  const named = (commands.find(([name]) => name === packageName) ??
    (commands.length === 1 ? commands[0] : undefined))?.[1];
  return typeof named === 'string' ? path.join(home, named) : undefined;
}
