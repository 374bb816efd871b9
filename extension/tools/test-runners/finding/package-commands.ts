import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram, programArgv, type Environment } from '../../commands/command-environment.ts';
import { shellCall, type ShellCall } from '../../commands/shell.ts';
import type { JavaScriptProject } from './javascript-project.ts';
import { programName, readManifest } from './package-script.ts';
import { nearestWith } from './project-folders.ts';

/** The variables with which a package's own commands are found, as in its scripts. */
export function packageVariables(folder: string, environment: Environment): Environment {
  const bins: string[] = [];
  for (let current = folder; ; current = path.dirname(current)) {
    bins.push(path.join(current, 'node_modules', '.bin'));
    if (path.dirname(current) === current) break;
  }
  const [name, searched] = Object.entries(environment).find(([key]) => key.toUpperCase() === 'PATH') ?? ['PATH', ''];
  return { [name]: [...bins, searched].join(path.delimiter) };
}

/** A line of a package's script, for the shell; it needs the packageVariables. */
export function scriptLine(text: string, environment: Environment): ShellCall {
  return shellCall(text, environment);
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
  if (scripted) {
    const npm = programArgv('npm', environment);
    return npm && [...npm, 'run', project.scriptName, '--', ...added];
  }
  const entry = entryOf(packageName, folder);
  const node = findProgram('node', environment);
  if (entry === undefined || node === undefined) return undefined;
  const launcher = launcherCall(project, environment);
  return launcher && [...launcher, node, ...nodeFlags(script?.command.words ?? []), entry, ...own, ...added];
}

/** What sets up the environment of the script's command; undefined when it is not installed. */
export function launcherCall({ script, folder }: JavaScriptProject, environment: Environment) {
  const [program, ...words] = script?.command.launcher ?? [];
  if (program === undefined) return [];
  const found = programArgv(program, { ...environment, ...packageVariables(folder, environment) });
  return found && [...found, ...words];
}

/** Options for Node itself in `node --flag node_modules/x/bin.js`. */
function nodeFlags(words: readonly string[]): readonly string[] {
  if (programName(words[0] ?? '') !== 'node') return [];
  const end = words.findIndex((word) => word.includes('node_modules/'));
  return words.slice(1, Math.max(end, 1)).filter((word) => word.startsWith('-'));
}

/** The script that a package's command is, looked up as Node does. */
function entryOf(packageName: string, folder: string): string | undefined {
  const manifest = nearestWith(folder, path.join('node_modules', packageName, 'package.json'));
  if (manifest === undefined) return undefined;
  const bin = readManifest(readFileSync(manifest, 'utf8'))?.fields['bin'];
  const entry = commandIn(path.dirname(manifest), bin, packageName.replace(/^@[^/]+\//, ''));
  return entry !== undefined && existsSync(entry) ? entry : undefined;
}

function commandIn(home: string, bin: unknown, name: string): string | undefined {
  if (typeof bin === 'string') return path.join(home, bin);
  if (typeof bin !== 'object' || bin === null) return undefined;
  const commands = Object.entries(bin as Readonly<Record<string, unknown>>);
  // A package such as @hapi/lab has one command, of another name.
  const only = commands.length === 1 ? commands[0] : undefined;
  const named = (commands.find(([one]) => one === name) ?? only)?.[1];
  return typeof named === 'string' ? path.join(home, named) : undefined;
}
