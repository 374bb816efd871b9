import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { globMatcher } from '../../search/glob-matcher.ts';
import { withoutLaunchers, type LaunchedCommand } from './launchers.ts';
import { nodeTestFiles } from './node-test-files.ts';
import { testScriptName, type PackageManifest } from './package-script.ts';
import { roleOf, runnerNamedIn, runnerPackages, type JavaScriptRunner } from './script-role.ts';
import { testSteps, type ScriptStep } from './script-steps.ts';
import { commandsWithoutExpansions } from './shell-words.ts';
import { manifestIn, workspacePackages } from './workspace-packages.ts';

/** Tests of one runner: those of a command of a test script, or of a folder's own files and settings. */
export interface JavaScriptProject {
  /** Where the runner runs, absolute. */
  readonly folder: string;
  /** `exit`: tests of an unknown kind, told by exit code and output. */
  readonly runner: JavaScriptRunner | 'exit';
  readonly manifest: PackageManifest | undefined;
  /** The command that starts the runner; undefined when something other than a script tells the runner. */
  readonly script: { readonly command: LaunchedCommand } | undefined;
  /** True if only a shell understands how the script calls the runner. */
  readonly scripted: boolean;
  /** Then the command without what the shell puts in, for files that replace it. */
  readonly rough?: { readonly command: LaunchedCommand };
  /** The script that the runner is called in. */
  readonly scriptName: string;
  /** The source of the command. */
  readonly text: string;
  /** What the script runs before the tests. */
  readonly before: readonly Preparation[];
  /** Folders below that are projects of their own. */
  readonly without: readonly string[];
}

/** A shell line that tests need, such as a build. */
export interface Preparation {
  /** Absolute. */
  readonly folder: string;
  readonly text: string;
}

/** How many files are read to tell the runner. */
const readMax = 50;
const configs: readonly (readonly [RegExp, JavaScriptRunner])[] = [
  [/^vitest\.(config|workspace)\./, 'vitest'],
  [/^jest\.config\./, 'jest'],
  [/^\.mocharc\./, 'mocha'],
  [/^ava\.config\./, 'ava'],
  [/^\.taprc$/, 'tap'],
  [/^playwright\.config\./, 'playwright'],
];

/**
 * How to run the JavaScript tests of a folder: one project for each runner, also of the packages of a monorepo. Empty
 * when unknown. `without` are folders below that are looked at by themselves.
 */
export async function javaScriptProjects(
  folder: string,
  names: readonly string[],
  without: readonly string[] = [],
): Promise<readonly JavaScriptProject[]> {
  const manifest = manifestIn(folder);
  const steps = manifest && (await testSteps(folder, manifest));
  if (steps !== undefined && manifest !== undefined) {
    const told = await projectsOf(steps);
    return told.length > 0 ? told : [wholeScript(folder, manifest)];
  }
  const configured = configuredRunner(names, manifest);
  const packages = ((await workspacePackages(folder)) ?? []).filter((one) => one.folder !== folder);
  const inner: JavaScriptProject[] = [];
  for (const one of packages) inner.push(...(await javaScriptProjects(one.folder, readdirSync(one.folder))));
  if (configured !== undefined)
    return [
      { ...guessed(folder, configured, manifest), without },
      ...inner.filter(({ runner }) => runner !== configured),
    ];
  if (inner.length > 0) return inner;
  const runner = await runnerOfFiles(folder, manifest, without);
  if (runner === undefined) return [];
  if (runner !== 'bun' && runner !== 'deno') return [{ ...guessed(folder, runner, manifest), without }];
  const command = { variables: {}, words: [runner, 'test'], launcher: [] };
  return [{ ...guessed(folder, 'exit', manifest), script: { command }, text: `${runner} test` }];
}

/** Whether this is a package of its own, and not only settings for the files beside it. */
export function isPackage(folder: string): boolean {
  const manifest = manifestIn(folder);
  return ['name', 'scripts', 'version', 'dependencies', 'devDependencies', 'workspaces'].some(
    (field) => manifest?.fields[field] !== undefined,
  );
}

/** Whether the script's command names a file: itself, its folder, or a pattern. */
export function namesFile({ folder, script }: JavaScriptProject, file: string): boolean {
  const relative = path.relative(folder, file).split(path.sep).join('/');
  return (script?.command.words.slice(1) ?? []).some((word) => {
    const named = word.replace(/^\.\//, '').replace(/\/+$/, '');
    if (word.startsWith('-') || named === '') return false;
    return relative === named || relative.startsWith(`${named}/`) || globMatcher(`./${named}`)(relative);
  });
}

async function projectsOf(steps: readonly ScriptStep[]): Promise<JavaScriptProject[]> {
  const projects: JavaScriptProject[] = [];
  const before: Preparation[] = [];
  const others: ScriptStep[] = [];
  for (const step of steps) {
    const { folder, manifest, script, text, alone, command } = step;
    const base = {
      folder,
      manifest,
      scriptName: script,
      text: alone,
      before: [...before],
      without: [],
      script: undefined,
    };
    if (command?.words.length === 0) {
      projects.push(...(await javaScriptProjects(folder, readdirSync(folder))));
      continue;
    }
    const role = command === undefined ? (runnerNamedIn(text, manifest) ?? 'other') : roleOf(command.words, script);
    if (role === 'check') continue;
    if (role !== 'other')
      projects.push({
        ...base,
        runner: role,
        script: command && { command },
        scripted: command === undefined,
        ...(command === undefined && roughly(text, role)),
      });
    else {
      others.push(step);
      before.push({ folder, text });
    }
  }
  const [only] = others;
  if (projects.length > 0 || only?.command === undefined || others.length > 1) return projects;
  // A single command that is unknown: it tests.
  const { folder, manifest, script, alone, command } = only;
  const told = { scriptName: script, text: alone, script: { command }, before: [], without: [] };
  return [{ folder, manifest, runner: 'exit', scripted: false, ...told }];
}

/** The command of a runner in a line that only a shell can read. */
function roughly(text: string, runner: string): Pick<JavaScriptProject, 'rough'> {
  const command = (commandsWithoutExpansions(text) ?? [])
    .map((read) => withoutLaunchers(read))
    .find(({ words }) => roleOf(words, '') === runner);
  return command === undefined ? {} : { rough: { command } };
}

/** The whole script as one run. */
function wholeScript(folder: string, manifest: PackageManifest): JavaScriptProject {
  const scriptName = testScriptName(manifest) ?? 'test';
  const text = scriptName === 'test' ? 'npm test' : `npm run ${scriptName}`;
  return { ...guessed(folder, 'exit', manifest), scripted: true, scriptName, text };
}

function guessed(
  folder: string,
  runner: JavaScriptProject['runner'],
  manifest: PackageManifest | undefined,
): JavaScriptProject {
  const told = { scriptName: 'test', text: '', script: undefined, scripted: false };
  return { folder, runner, manifest, ...told, before: [], without: [] };
}

function configuredRunner(
  names: readonly string[],
  manifest: PackageManifest | undefined,
): JavaScriptRunner | undefined {
  return (
    configs.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ??
    (manifest?.fields['jest'] !== undefined ? 'jest' : undefined)
  );
}

async function runnerOfFiles(
  folder: string,
  manifest: PackageManifest | undefined,
  without: readonly string[],
): Promise<JavaScriptRunner | 'bun' | 'deno' | undefined> {
  const depended = runnerPackages.find(([name]) => manifest?.dependencies.has(name))?.[1];
  if (depended !== undefined) return depended;
  const files = (await nodeTestFiles(folder, { typescript: true })).filter(
    (file) => !without.some((inner) => file.startsWith(inner + path.sep)),
  );
  for (const file of files.slice(0, readMax)) {
    const text = await readFile(file, 'utf8');
    if (/['"]node:test['"]/.test(text)) return 'node';
    if (/['"]bun:test['"]/.test(text)) return 'bun';
    if (/\bDeno\.test\(/.test(text)) return 'deno';
  }
  return undefined;
}
