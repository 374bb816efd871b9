import { existsSync } from 'node:fs';
import path from 'node:path';
import { manifestIn } from './finding/workspace-packages.ts';
import { nearestWith } from './finding/project-folders.ts';

/** A package that tests could not load because it is not installed. */
export interface MissingDependency {
  readonly language: 'javascript' | 'python' | 'go';
  readonly name: string;
}

/** A package's name in an import: no path, no alias, nothing with a scheme such as `node:`. */
const packageName = /^(?!\w+:)(@[^/'"]+\/[^/'"]+|[^./@#~][^/'":]*)/;
const javaScriptErrors = [
  /Cannot find (?:module|package) '([^']+)'/,
  /Failed to (?:resolve import|load url) "?([^"\s]+)"? /,
  /Module not found: (?:Error: )?Can't resolve '([^']+)'/,
  /Preset ([^\s]+) not found/,
  /Could not resolve "([^"]+)"/,
];
/** Options of pytest that a plugin brings. */
const plugins: Readonly<Record<string, string>> = {
  cov: 'pytest-cov',
  'cov-report': 'pytest-cov',
  numprocesses: 'pytest-xdist',
  n: 'pytest-xdist',
  timeout: 'pytest-timeout',
  'asyncio-mode': 'pytest-asyncio',
  ds: 'pytest-django',
  reruns: 'pytest-rerunfailures',
  benchmark: 'pytest-benchmark',
};

/** The package that an error is about; undefined for other errors, and for files of the project itself. */
export function missingDependency(text: string, folder: string): MissingDependency | undefined {
  for (const pattern of javaScriptErrors) {
    const name = packageName.exec(pattern.exec(text)?.[1] ?? '')?.[1];
    if (name !== undefined && !isInstalled(name, folder)) return { language: 'javascript', name };
  }
  const module = /No module named '?([\w.]+)'?/.exec(text)?.[1]?.split('.')[0];
  if (module !== undefined && !isOwnModule(module, folder)) return { language: 'python', name: module };
  const option = /unrecognized arguments:[^\n]*?--?([\w-]+)/.exec(text)?.[1];
  const plugin = option === undefined ? undefined : plugins[option];
  if (plugin !== undefined) return { language: 'python', name: plugin };
  const go = /no required module provides package ([^\s;:]+)/.exec(text)?.[1];
  return go === undefined ? undefined : { language: 'go', name: go };
}

/** The sentence about a missing package: what to do. */
export function missingSentence({ language, name }: MissingDependency, folder: string): string {
  switch (language) {
    case 'javascript':
      return `the package ${name} is not installed. Run ${npmInstall(name, folder)} first.`;
    case 'python':
      return `the Python package ${name} is not installed. Run ${pipInstall(name, folder)} first.`;
    case 'go':
      return `the module of ${name} is not in go.mod. Run go get ${name} first.`;
  }
}

/** Also true for a folder of the project, which an import may name by a base path. */
function isInstalled(name: string, folder: string): boolean {
  return nearestWith(folder, path.join('node_modules', name)) !== undefined || existsSync(path.join(folder, name));
}

function isOwnModule(name: string, folder: string): boolean {
  return ['', 'src', 'lib', 'tests', 'test'].some(
    (inner) => existsSync(path.join(folder, inner, name)) || existsSync(path.join(folder, inner, `${name}.py`)),
  );
}

function npmInstall(name: string, folder: string): string {
  const locks = { 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn', 'bun.lock': 'bun', 'bun.lockb': 'bun' };
  const known = Object.entries(locks).find(([lock]) => nearestWith(folder, lock) !== undefined);
  const manager = known?.[1] ?? 'npm';
  const home = nearestWith(folder, 'package.json');
  const listed = home !== undefined && manifestIn(path.dirname(home))?.dependencies.has(name) === true;
  if (listed) return `${manager} install`;
  return manager === 'npm' ? `npm install --save-dev ${name}` : `${manager} add -D ${name}`;
}

function pipInstall(name: string, folder: string): string {
  const bin = process.platform === 'win32' ? 'Scripts' : 'bin';
  const environment = ['.venv', 'venv', 'env'].find((one) => existsSync(path.join(folder, one, 'pyvenv.cfg')));
  const pip = environment === undefined ? 'pip' : `${environment}/${bin}/python -m pip`;
  const listed = existsSync(path.join(folder, 'requirements.txt'));
  return listed && !name.startsWith('pytest-') ? `${pip} install -r requirements.txt` : `${pip} install ${name}`;
}
