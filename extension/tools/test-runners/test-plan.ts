import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { ToolError } from '../tool.ts';
import { planCargoTests } from './cargo-runner.ts';
import { planGoTests } from './go-runner.ts';
import { javaScriptProject, type JavaScriptRunner } from './finding/javascript-project.ts';
import { planPackageTests, type PackageRunner } from './javascript/package-runner.ts';
import {
  avaRunner,
  jasmineRunner,
  labRunner,
  playwrightRunner,
  tapRunner,
  uvuRunner,
} from './javascript/package-runners.ts';
import { planJestTests } from './jest-runner.ts';
import { planMochaTests } from './mocha-runner.ts';
import { planNodeTests } from './node-runner.ts';
import { hasTestScript, readManifest } from './finding/package-script.ts';
import { planPythonTests } from './python-runners.ts';
import type { RunnerSetting, Selection, TestRun } from './test-runner.ts';
import { planVitestTests } from './vitest-runner.ts';

const javaScriptPlans = {
  node: planNodeTests,
  vitest: planVitestTests,
  jest: planJestTests,
  mocha: planMochaTests,
  ava: planned(avaRunner),
  uvu: planned(uvuRunner),
  tap: planned(tapRunner),
  lab: planned(labRunner),
  jasmine: planned(jasmineRunner),
  playwright: planned(playwrightRunner),
} satisfies Record<JavaScriptRunner, unknown>;
/** Files that make a folder a project of some language. */
const manifests = new Set([
  'package.json',
  'pyproject.toml',
  'pytest.ini',
  'setup.py',
  'setup.cfg',
  'tox.ini',
  'requirements.txt',
  'manage.py',
  'Cargo.toml',
  'go.mod',
]);
/** How deep to look for projects below a folder that is not one, and how many to run. */
const depthMax = 3;
const projectsMax = 12;

/** The model's request, resolved in the workspace. */
export interface TestTarget {
  readonly selection: Selection;
  /** Folders that may hold the project: the first with tests is used, or all folders of a workspace. */
  readonly folders: readonly string[];
}

/**
 * The absolute path that a target may mean, from its text alone; undefined for all tests and for what can only be a
 * test's name. `folders` are the workspace folders.
 */
export function targetPath(
  target: string | undefined,
  absolute: (name: string) => string,
  folders: readonly string[],
): string | undefined {
  const text = target?.trim() ?? '';
  if (text === '' || text === '.') return undefined;
  // Reports name places as `file:line`.
  const named = absolute(text.replace(/(?<=\.\w+):\d+(:\d+)?$/, ''));
  const inside = folders.some((folder) => named === folder || named.startsWith(folder + path.sep));
  // `/users answers 200` is the name of a test.
  return inside || !/\s/.test(text) ? named : undefined;
}

/**
 * Resolves a target: an existing file or folder, or a test's name. `named` is its targetPath. Throws a ToolError for a
 * path that does not exist, and for a name that a runner would take for an option.
 */
export function testTarget(
  target: string | undefined,
  named: string | undefined,
  folders: readonly string[],
): TestTarget {
  const text = target?.trim() ?? '';
  if (text === '' || text === '.') return { selection: { kind: 'all' }, folders };
  const kind = named === undefined ? undefined : statSync(named, { throwIfNoEntry: false });
  if (named === undefined || kind === undefined) {
    if (/\.(m|c)?[jt]sx?$|\.(py|rs|go)$|\/$/.test(text) && !/\s/.test(text))
      throw new ToolError(`${text} does not exist.`);
    if (text.startsWith('-')) throw new ToolError('target cannot begin with -. Give a test file, a folder or a name.');
    return { selection: { kind: 'name', name: text }, folders };
  }
  if (folders.includes(named)) return { selection: { kind: 'all' }, folders: [named] };
  const start = kind.isDirectory() ? named : path.dirname(named);
  const top = folders.find((folder) => start === folder || start.startsWith(folder + path.sep));
  return { selection: { kind: 'paths', paths: [named] }, folders: upwards(start, top ?? start) };
}

/** The runs for the target, in the nearest project, or in several if a folder holds several. Empty if there is none. */
export async function planTests(
  { selection, folders }: TestTarget,
  setting: RunnerSetting,
): Promise<readonly TestRun[]> {
  if (selection.kind === 'paths') {
    // From the file upwards: the first project that knows how to test it.
    for (const folder of folders) {
      if (folder !== folders.at(-1) && !isProject(folder)) continue;
      const runs = await runsIn(folder, selection, setting);
      if (runs.length > 0) return runs;
    }
    return [];
  }
  const runs: TestRun[] = [];
  for (const folder of folders) {
    const here = await runsIn(folder, selection, setting);
    if (here.length > 0) runs.push(...here);
    else for (const inner of projectsBelow(folder)) runs.push(...(await runsIn(inner, selection, setting)));
  }
  return runs.slice(0, projectsMax);
}

async function runsIn(folder: string, selection: Selection, setting: RunnerSetting): Promise<TestRun[]> {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder);
  const languages = selection.kind === 'paths' ? selection.paths.map(languageOf) : [undefined];
  const wants = (language: string) => languages.some((one) => one === undefined || one === language);
  const runs: (TestRun | undefined)[] = [];
  if (wants('javascript')) {
    const project = await javaScriptProject(folder, names);
    if (project !== undefined) runs.push(await javaScriptPlans[project.runner](project, selection, setting));
  }
  if (wants('python')) runs.push(await planPythonTests(folder, names, selection, setting));
  if (wants('rust') && names.includes('Cargo.toml')) runs.push(planCargoTests(folder, selection, setting));
  if (wants('go') && names.includes('go.mod')) runs.push(planGoTests(folder, selection, setting));
  return runs.filter((run) => run !== undefined);
}

/** The project's test command if its results cannot be read; undefined when it has none. */
export function unreadTestCommand({ folders }: TestTarget): string | undefined {
  const file = folders.map((folder) => path.join(folder, 'package.json')).find((name) => existsSync(name));
  const manifest = file === undefined ? undefined : readManifest(readFileSync(file, 'utf8'));
  return manifest !== undefined && hasTestScript(manifest) ? 'npm test' : undefined;
}

function planned(runner: PackageRunner) {
  return (...[project, selection, setting]: Parameters<typeof planMochaTests>) =>
    planPackageTests(runner, project, selection, setting);
}

function isProject(folder: string): boolean {
  return readdirSync(folder).some((name) => manifests.has(name));
}

function languageOf(file: string): string | undefined {
  if (/\.[cm]?[jt]sx?$/.test(file)) return 'javascript';
  return { '.py': 'python', '.rs': 'rust', '.go': 'go' }[path.extname(file)];
}

/** The folder and its parents, up to and including `top`. */
function upwards(start: string, top: string): string[] {
  const folders = [start];
  for (let current = start; current !== top && path.dirname(current) !== current;)
    folders.push((current = path.dirname(current)));
  return folders;
}

/** Projects below a folder that is not one itself; projects inside another project are left out. */
function projectsBelow(folder: string): string[] {
  const found: string[] = [];
  let level = [folder];
  for (let depth = 0; depth < depthMax; depth++) {
    const next: string[] = [];
    for (const parent of level) {
      for (const entry of readdirSync(parent, { withFileTypes: true })) {
        if (
          !entry.isDirectory() ||
          entry.name.startsWith('.') ||
          entry.name === 'node_modules' ||
          entry.name === 'target'
        )
          continue;
        const inner = path.join(parent, entry.name);
        if (isProject(inner)) found.push(inner);
        else next.push(inner);
      }
    }
    level = next;
  }
  return found.sort().slice(0, projectsMax);
}
