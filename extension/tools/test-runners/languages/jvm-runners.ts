import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { programArgv, type Environment } from '../../commands/command-environment.ts';
import { filesBelow } from '../finding/node-test-files.ts';
import { upwards } from '../finding/project-folders.ts';
import type { JunitCase } from '../formats/junit-report.ts';
import type { TestOutcome } from '../test-outcome.ts';
import type { RunnerSetting, Selection, TestRun } from '../test-runner.ts';
import { junitOutcomes } from './junit-outcomes.ts';

const source = /\.(java|kt|groovy|scala)$/;
const isWindows = process.platform === 'win32';

/** Plans Maven in the project that holds the module. Its reports come from Surefire and Failsafe. */
export async function planMavenTests(
  folder: string,
  _: readonly string[],
  selection: Selection,
  { environment, folders }: RunnerSetting,
): Promise<readonly TestRun[]> {
  const root = reactorOf(folder, folders);
  const filter = filterOf(selection, '#', '**');
  if (filter === undefined) return [];
  const words = [
    // A module's tests need the modules it is built from.
    ...(root === folder ? [] : ['--projects', path.relative(root, folder).split(path.sep).join('/'), '--also-make']),
    ...filter.flatMap((pattern) => [`-Dtest=${pattern}`]),
    ...(filter.length > 0 ? ['-Dsurefire.failIfNoSpecifiedTests=false', '-DfailIfNoTests=false'] : []),
    'test',
  ];
  return [
    {
      runner: 'mvn test',
      folder: root,
      line: [wrapperIn(root, 'mvnw', folders)?.shown ?? 'mvn', ...words].join(' '),
      // With failures ignored the tests of the other modules run too; the reports tell them.
      argv: () =>
        callOf('mvn', wrapperIn(root, 'mvnw', folders), environment, [
          '-B',
          '-Dmaven.test.failure.ignore=true',
          ...words,
        ]),
      reportFiles: async () => {
        const built = await foldersBelow(root, 'target');
        return filesIn(
          built.flatMap((one) => ['surefire-reports', 'failsafe-reports'].map((name) => path.join(one, name))),
        );
      },
      parse: ({ reports }) => jvmOutcomes(reports, root),
      missing: 'Maven is not installed, or not in PATH. Ask the user to install it.',
    },
  ];
}

/** Plans Gradle; a script of ours makes it write its reports to our folder, and run tests that are up to date. */
export async function planGradleTests(
  folder: string,
  _: readonly string[],
  selection: Selection,
  { environment, reporters, folders }: RunnerSetting,
): Promise<readonly TestRun[]> {
  const filter = filterOf(selection, '.', '*');
  if (filter === undefined) return [];
  const words = ['test', '--continue', ...filter.flatMap((pattern) => ['--tests', pattern])];
  const script = path.join(reporters, 'junit-reports.gradle');
  return [
    {
      runner: 'gradle test',
      folder,
      line: [wrapperIn(folder, 'gradlew', folders)?.shown ?? 'gradle', ...words].join(' '),
      argv: () =>
        callOf('gradle', wrapperIn(folder, 'gradlew', folders), environment, [
          '--console=plain',
          '--init-script',
          script,
          ...words,
        ]),
      variables: (results) => ({ MOONWRIGHT_RESULTS: results }),
      parse: ({ reports }) => jvmOutcomes(reports, folder),
      missing: 'Gradle is not installed, and the project has no gradlew. Ask the user to install it.',
    },
  ];
}

/** The folder of the outermost POM above, in the workspace, that has this one as a module. */
function reactorOf(folder: string, tops: readonly string[]): string {
  let root = folder;
  for (const current of around(folder, tops).slice(1)) {
    const file = path.join(current, 'pom.xml');
    if (!existsSync(file)) break;
    if (/<modules?>/.test(readFileSync(file, 'utf8'))) root = current;
  }
  return root;
}

/**
 * Patterns for classes and methods: `Class`, `Class#method`, `package/**`. Undefined for a name that is no name of a
 * class or method. `join` stands between class and method, `any` for a whole package.
 */
function filterOf(selection: Selection, join: '#' | '.', any: string): readonly string[] | undefined {
  if (selection.kind === 'all') return [];
  if (selection.kind === 'name') {
    const [, className, method] = /^(?:([\w.$]*[A-Z][\w$]*)(?:[#.]|::|$))?([\w$ -]+)?$/.exec(selection.name) ?? [];
    if (className === undefined && method === undefined) return undefined;
    const owner = className === undefined || className.includes('.') ? className : `*${className}`;
    return [method === undefined ? (owner ?? '*') : `${owner ?? '*'}${join}${method}`];
  }
  const patterns = selection.paths.map((file) => {
    if (source.test(file)) {
      const name = path.basename(file).replace(source, '');
      // A source file means the test of its name.
      const isTest = /^Test|(Tests?|TestCase|IT|Spec)$/.test(name) || /[/\\]test[/\\]/.test(file);
      return isTest ? `*${name}` : `*${name}*Test*`;
    }
    const inside = /[/\\]src[/\\][\w-]*[tT]est[\w-]*[/\\](?:java|kotlin|groovy|scala)[/\\](.+)$/.exec(file)?.[1];
    if (inside === undefined) return undefined;
    return any === '**' ? `${inside.split(path.sep).join('/')}/**` : `${inside.split(path.sep).join('.')}.*`;
  });
  return patterns.filter((pattern) => pattern !== undefined);
}

interface Wrapper {
  readonly file: string;
  /** As the user sees it. */
  readonly shown: string;
}

/** The project's wrapper, which brings the version it needs: the nearest in the workspace. */
function wrapperIn(folder: string, name: 'mvnw' | 'gradlew', tops: readonly string[]): Wrapper | undefined {
  const windowsName = name === 'mvnw' ? 'mvnw.cmd' : 'gradlew.bat';
  const file = around(folder, tops)
    .map((one) => path.join(one, isWindows ? windowsName : name))
    .find((one) => existsSync(one));
  if (file === undefined) return undefined;
  const inside = path.relative(folder, file).split(path.sep).join('/');
  return { file, shown: inside.startsWith('..') ? inside : `./${inside}` };
}

/** The folder and those around it, in its workspace folder. */
function around(folder: string, tops: readonly string[]): readonly string[] {
  const top = tops.find((one) => folder === one || folder.startsWith(one + path.sep));
  return upwards(folder, top ?? folder);
}

/** The call of the wrapper, else of the installed tool; undefined where there is neither. */
function callOf(
  program: string,
  wrapper: Wrapper | undefined,
  environment: Environment,
  words: readonly string[],
): readonly string[] | undefined {
  const installed = wrapper === undefined ? programArgv(program, environment) : wrapperCall(wrapper, environment);
  return installed && [...installed, ...words];
}

function wrapperCall({ file }: Wrapper, environment: Environment): readonly string[] {
  return isWindows ? [environment['ComSpec'] ?? 'cmd.exe', '/d', '/c', file] : ['sh', file];
}

/** The outcomes with the sources that their stacks name. */
async function jvmOutcomes(reports: readonly string[], folder: string): Promise<TestOutcome[]> {
  const sources = (await filesBelow(folder)).filter((file) => source.test(file));
  return junitOutcomes(reports, (test) => placeOf(test, sources));
}

/** The first frame of the test's class: `at p.CalcTest.adds(CalcTest.java:6)`. */
function placeOf({ className, text }: JunitCase, sources: readonly string[]): Pick<TestOutcome, 'file' | 'line'> {
  const owner = className.replace(/\$.*/, '');
  const home = owner.split('.').slice(0, -1).join('/');
  for (const [, at = '', name = '', line] of text.matchAll(/^\s*at (?:.*\/)?([\w.$]+)\.[^.(]+\(([^():]+):(\d+)\)/gm)) {
    if (at.replace(/\$.*/, '') !== owner && !at.startsWith(`${owner}Kt`)) continue;
    const inside = `/${home === '' ? '' : `${home}/`}${name}`;
    const file = sources.find((one) => one.replaceAll('\\', '/').endsWith(inside));
    return file === undefined ? {} : { file, line: Number(line) };
  }
  const simple = owner.split('.').at(-1) ?? '';
  const file = sources.find((one) => path.basename(one).replace(source, '') === simple);
  return file === undefined ? {} : { file };
}

/** Folders of that name below, not inside of one another. */
async function foldersBelow(folder: string, name: string): Promise<string[]> {
  const found: string[] = [];
  const pending = [{ current: folder, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const entry of await readdir(next.current, { withFileTypes: true })) {
      if (!entry.isDirectory() || entry.name.startsWith('.') || /^(node_modules|src)$/.test(entry.name)) continue;
      const full = path.join(next.current, entry.name);
      if (entry.name === name) found.push(full);
      else if (next.depth < 6) pending.push({ current: full, depth: next.depth + 1 });
    }
  }
  return found;
}

async function filesIn(folders: readonly string[]): Promise<string[]> {
  const lists = folders
    .filter((folder) => existsSync(folder))
    .map(async (folder) =>
      (await readdir(folder)).filter((name) => /^TEST-.*\.xml$/.test(name)).map((name) => path.join(folder, name)),
    );
  return (await Promise.all(lists)).flat();
}
