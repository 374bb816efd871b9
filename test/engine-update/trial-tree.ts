import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { ArchitectureList } from '../../native/daemon/gguf/check-architecture.ts';
import { writeArchitectures } from './architecture-list.ts';
import type { TrialResult } from './report.ts';
import { writePin, type EnginePin } from './pins.ts';

export interface TrialOptions {
  /** The project. Nothing in it is changed. */
  readonly root: string;
  /** Where the copy goes; what is there is removed. */
  readonly folder: string;
  readonly pin: EnginePin;
  readonly architectures: ArchitectureList;
  /** The bundle and the headers of the release. */
  readonly source: string;
  /** The unpacked package with the libraries for this platform, such as `linux-x64`. */
  readonly libraries: { readonly name: string; readonly folder: string };
  readonly print: (line: string) => void;
}

/** Builds the addon in a copy of the project with another release of the engine, and runs the native tests there. */
export function tryRelease(options: TrialOptions): TrialResult {
  const { folder, print } = options;
  makeTree(options);
  print(`building the addon in ${folder}`);
  const build = run(folder, [path.join('native', 'addon', 'build.mjs')], { MOONWRIGHT_BUILD: '1' });
  if (build.status !== 0) return { buildFailure: lastLines(build.text, 30), passed: 0, failed: [] };
  print('running the native tests');
  const report = path.join(folder, '.cache', 'native-tests.json');
  const vitest = path.join('node_modules', 'vitest', 'vitest.mjs');
  const tests = run(folder, [
    vitest,
    'run',
    '--project',
    'parts',
    'test/native',
    '--reporter=json',
    `--outputFile=${report}`,
  ]);
  if (!existsSync(report)) return { buildFailure: undefined, passed: 0, failed: [lastLines(tests.text, 30)] };
  return { buildFailure: undefined, ...readResults(readFileSync(report, 'utf8')) };
}

interface TestResult {
  readonly fullName: string;
  readonly status: string;
  readonly failureMessages: readonly string[];
}

interface TestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly TestResult[];
  }[];
}

function readResults(json: string): Pick<TrialResult, 'passed' | 'failed'> {
  const { numPassedTests, testResults } = JSON.parse(json) as TestReport;
  const failed = testResults.flatMap(({ name, status, assertionResults }) => {
    const tests = assertionResults.filter((test) => test.status === 'failed').map(failureLine);
    return status === 'failed' && tests.length === 0 ? [name] : tests;
  });
  return { passed: numPassedTests, failed };
}

function failureLine({ fullName, failureMessages }: TestResult): string {
  const reason = failureMessages[0]?.split('\n')[0] ?? 'no reason given';
  // What vitest's JSON says of a test that it ended.
  return `${fullName}: ${reason.includes('STACK_TRACE_ERROR') ? 'took too long' : reason}`;
}

function makeTree({ root, folder, pin, architectures, source, libraries }: TrialOptions): void {
  rmSync(folder, { recursive: true, force: true });
  const listed = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (listed.status !== 0) throw new Error(`git could not list the files of the project: ${listed.stderr}`);
  for (const name of listed.stdout.split('\0')) {
    if (name === '' || !existsSync(path.join(root, name))) continue;
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    copyFileSync(path.join(root, name), path.join(folder, name));
  }
  // Some tests ask git for the files of the project, and this folder may lie in one that git ignores.
  spawnSync('git', ['init', '--quiet'], { cwd: folder });
  linkModules(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const engine = path.join(folder, 'node_modules', '@node-llama-cpp');
  mkdirSync(engine, { recursive: true });
  symlinkSync(libraries.folder, path.join(engine, libraries.name), 'junction');
  mkdirSync(path.join(folder, '.cache'), { recursive: true });
  symlinkSync(source, path.join(folder, '.cache', `llama-${pin.llamaRelease}`), 'junction');
  writePin(folder, pin);
  writeArchitectures(folder, architectures);
}

/** Links to all installed packages but the engine's. */
function linkModules(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === '@node-llama-cpp' || name.startsWith('.')) continue;
    symlinkSync(path.join(from, name), path.join(to, name), 'junction');
  }
}

function run(cwd: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawnSync(process.execPath, args, {
    cwd,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { status: child.status, text: `${child.stdout}${child.stderr}` };
}

function lastLines(text: string, count: number): string {
  return text.trim().split('\n').slice(-count).join('\n');
}
