import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { planCargoTests } from './cargo-runner.ts';
import { planToldTests } from './exit-runner.ts';
import { isPackage, javaScriptProjects, namesFile, type JavaScriptProject } from './finding/javascript-project.ts';
import { foldersBelow } from './finding/project-folders.ts';
import { shellWord } from './finding/shell-words.ts';
import type { TestTarget } from './finding/test-target.ts';
import { planGoTests } from './go-runner.ts';
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
import { languageRunners } from './languages/language-runners.ts';
import { planMochaTests } from './mocha-runner.ts';
import { planNodeTests } from './node-runner.ts';
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
  exit: planToldTests,
} satisfies Record<JavaScriptProject['runner'], unknown>;

/** A folder whose tests are planned. */
interface PlannedFolder {
  readonly folder: string;
  /** The names in it. */
  readonly names: readonly string[];
  /** Folders below that are planned by themselves. */
  readonly without: readonly string[];
}

/** How the projects of a language are found, and their tests run. */
interface Language {
  /** Its sources. */
  readonly files: RegExp;
  /** Whether a folder with these names in it is a project. */
  readonly isProject: (names: readonly string[], folder: string) => boolean;
  /** Whether a folder stands for itself, also inside another project. */
  readonly isApart?: (folder: string) => boolean;
  readonly plan: (at: PlannedFolder, selection: Selection, setting: RunnerSetting) => Promise<readonly TestRun[]>;
}

const pythonFiles = /^(pyproject\.toml|pytest\.ini|setup\.(py|cfg)|tox\.ini|requirements.*\.txt|manage\.py|Pipfile)$/;
const languages: readonly Language[] = [
  {
    files: /\.[cm]?[jt]sx?$/,
    isProject: (names, folder) => names.includes('package.json') && isPackage(folder),
    plan: planJavaScript,
  },
  {
    files: /\.py$/,
    isProject: (names) => names.some((name) => pythonFiles.test(name)),
    isApart: hasVirtualEnvironment,
    plan: async ({ folder, names, without }, selection, setting) =>
      listed(await planPythonTests(folder, names, selection, setting, without)),
  },
  {
    files: /\.rs$/,
    isProject: (names) => names.includes('Cargo.toml'),
    plan: async ({ folder, names }, selection, setting) =>
      names.includes('Cargo.toml') ? [planCargoTests(folder, selection, setting)] : [],
  },
  {
    files: /\.go$/,
    isProject: (names) => names.includes('go.mod'),
    plan: async ({ folder, names }, selection, setting) =>
      names.includes('go.mod') ? [planGoTests(folder, selection, setting)] : [],
  },
  ...languageRunners.map(({ manifest, source, plan }): Language => {
    const isProject = (names: readonly string[]) => names.some((name) => manifest.test(name));
    return {
      files: source,
      isProject,
      plan: async ({ folder, names }, selection, setting) =>
        isProject(names) ? plan(folder, names, selection, setting) : [],
    };
  }),
];

/** The runs for the target: in the nearest project, or in all projects of a folder. Empty if there are none. */
export async function planTests(
  { selection, folders }: TestTarget,
  setting: RunnerSetting,
): Promise<readonly TestRun[]> {
  const paths = selection.kind === 'all' ? [] : selection.paths;
  const runs: TestRun[] = [];
  if (paths.length === 0) {
    for (const folder of folders)
      for (const language of languages) runs.push(...(await runsBelow(folder, language, selection, setting)));
    return [...runs.filter((run) => run.told?.whole !== true), ...runs.filter((run) => run.told?.whole === true)];
  }
  const meant = languages.filter(({ files }) => paths.some((file) => files.test(file) || isFolder(file)));
  // A folder of projects, such as packages/.
  const [start] = folders;
  if (start !== undefined && paths.includes(start) && !meant.some((one) => one.isProject(readdirSync(start), start)))
    for (const language of meant)
      for (const inner of await projectsBelow(start, language))
        runs.push(...(await runsBelow(inner, language, everyIn(selection), setting)));
  // From the file upwards: the first project that knows how to test it.
  for (const folder of runs.length > 0 ? [] : folders) {
    const names = readdirSync(folder);
    for (const language of meant)
      if (folder === folders.at(-1) || language.isProject(names, folder) || language.isApart?.(folder) === true)
        runs.push(...(await language.plan({ folder, names, without: [] }, selection, setting)));
    if (runs.length > 0) break;
  }
  return runs;
}

/** The runs of a language: in the folder if it is a project with tests, else in the projects below and beside them. */
async function runsBelow(
  folder: string,
  language: Language,
  selection: Selection,
  setting: RunnerSetting,
): Promise<readonly TestRun[]> {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder);
  const below = await projectsBelow(folder, language);
  const inside = async (folders: readonly string[]): Promise<TestRun[]> => {
    const runs: TestRun[] = [];
    for (const inner of folders) runs.push(...(await runsBelow(inner, language, selection, setting)));
    return runs;
  };
  if (!language.isProject(names, folder))
    return [...(await language.plan({ folder, names, without: below }, selection, setting)), ...(await inside(below))];
  const apart = below.filter((inner) => language.isApart?.(inner) === true);
  const own = await language.plan({ folder, names, without: apart }, selection, setting);
  return own.length > 0 ? [...own, ...(await inside(apart))] : inside(below);
}

async function planJavaScript(
  { folder, names, without }: PlannedFolder,
  selection: Selection,
  setting: RunnerSetting,
): Promise<readonly TestRun[]> {
  const runs: TestRun[] = [];
  for (const project of namingOnes(await javaScriptProjects(folder, names, without), selection)) {
    const wanted = selectedIn(project.folder, selection);
    if (wanted === undefined) continue;
    // A line that only a shell reads takes no files: they go to its runner.
    const direct = project.scripted && project.runner !== 'exit' && wanted.kind !== 'all' && wanted.paths.length > 0;
    const called = direct ? { ...project, scripted: false, script: project.rough } : project;
    const run = await javaScriptPlans[project.runner](called, wanted, setting);
    if (run !== undefined) runs.push(prepared(run, project));
  }
  return runs;
}

/** Of several calls of one runner in one folder, those whose scripts name the selected files, where some do. */
function namingOnes(projects: readonly JavaScriptProject[], selection: Selection): readonly JavaScriptProject[] {
  const paths = selection.kind === 'all' ? [] : selection.paths;
  const naming = new Set(projects.filter((project) => paths.some((file) => namesFile(project, file))));
  const isRival = (one: JavaScriptProject, other: JavaScriptProject) =>
    one.folder === other.folder && one.runner === other.runner;
  return projects.filter((project) => naming.has(project) || ![...naming].some((other) => isRival(project, other)));
}

/** What the selection means for a project; undefined if it is about other folders. */
function selectedIn(folder: string, selection: Selection): Selection | undefined {
  if (selection.kind === 'all' || selection.paths.length === 0) return selection;
  if (selection.paths.some((file) => folder.startsWith(file + path.sep))) return everyIn(selection);
  const paths = selection.paths.filter((file) => file === folder || file.startsWith(folder + path.sep));
  return paths.length === 0 ? undefined : { ...selection, paths };
}

function planned(runner: PackageRunner) {
  return (...[project, selection, setting]: Parameters<typeof planMochaTests>) =>
    planPackageTests(runner, project, selection, setting);
}

/** A run with what its script runs before it. */
function prepared(run: TestRun, { before, scripted }: JavaScriptProject): TestRun {
  if (before.length === 0 || (scripted && run.told !== undefined)) return run;
  const shown = before.map(({ folder, text }) =>
    folder === run.folder ? text : `(cd ${shellWord(path.relative(run.folder, folder))} && ${text})`,
  );
  return { ...run, before, line: [...shown, run.line].join(' && ') };
}

function projectsBelow(folder: string, language: Language): Promise<readonly string[]> {
  return foldersBelow(folder, (inner, names) => language.isProject(names, inner) || language.isApart?.(inner) === true);
}

/** All tests, or those of the name, of a folder that a path named. */
function everyIn(selection: Selection): Selection {
  return selection.kind === 'name' ? { ...selection, paths: [] } : { kind: 'all' };
}

/** Whether a folder has its own packages of Python. */
function hasVirtualEnvironment(folder: string): boolean {
  return ['.venv', 'venv', 'env'].some((name) => existsSync(path.join(folder, name, 'pyvenv.cfg')));
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

function listed(run: TestRun | undefined): readonly TestRun[] {
  return run === undefined ? [] : [run];
}
