import { isRecord } from '../../../workspace/is-record.ts';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { scriptCall, type ScriptCall } from './script-call.ts';
import { withoutLaunchers, type LaunchedCommand } from './launchers.ts';
import { testScriptName, type PackageManifest } from './package-script.ts';
import { shellWord, simpleCommands } from './shell-words.ts';
import { isMeant, isWorkspaceRoot, manifestIn, workspacePackages } from './workspace-packages.ts';

/** One command that a script comes to, once the scripts it calls are followed. */
export interface ScriptStep {
  /** Where it runs, absolute. */
  readonly folder: string;
  /** The package it belongs to: its folder and manifest. */
  readonly home: string;
  readonly manifest: PackageManifest;
  /** The script it stands in. */
  readonly script: string;
  /** Its source, for a shell, and that of the command alone. */
  readonly text: string;
  readonly alone: string;
  /** Undefined if only a shell can read it. */
  readonly command: LaunchedCommand | undefined;
}

const depthMax = 8;

/** The steps of a package's test script; undefined if it has none. */
export async function testSteps(folder: string, manifest: PackageManifest): Promise<readonly ScriptStep[] | undefined> {
  const name = testScriptName(manifest);
  return name === undefined ? undefined : new Walk().script({ folder, manifest }, name, []);
}

interface Package {
  readonly folder: string;
  readonly manifest: PackageManifest;
}

class Walk {
  readonly #open: string[] = [];

  async script(home: Package, name: string, args: readonly string[]): Promise<ScriptStep[]> {
    const { folder, manifest } = home;
    const key = `${name} ${folder}`;
    const own = manifest.scripts[name];
    if (own === undefined || this.#open.includes(key) || this.#open.length >= depthMax) return [];
    this.#open.push(key);
    const { text, needed } = wireitScript(manifest, name) ?? { text: own, needed: [] };
    const parts = [...needed, `pre${name}`].filter((one) => manifest.scripts[one] !== undefined);
    const steps = await flatly(parts, (one) => this.script(home, one, []));
    const line = [text, ...args.map(shellWord)].filter((part) => part !== '').join(' ');
    if (line !== '') steps.push(...(await this.#line(home, name, line)));
    this.#open.pop();
    return steps;
  }

  async #line(home: Package, script: string, line: string): Promise<ScriptStep[]> {
    const commands = simpleCommands(line);
    const whole = { folder: home.folder, home: home.folder, manifest: home.manifest, script };
    if (commands === undefined) return [{ ...whole, text: line, alone: line, command: undefined }];
    let folder = home.folder;
    let exported: Readonly<Record<string, string>> = {};
    return flatly(commands, async ({ text, alone, ...read }) => {
      if (read.words[0] === 'cd') {
        folder = path.resolve(folder, read.words[1] ?? '');
        return [];
      }
      if (read.words[0] === 'export') {
        exported = { ...exported, ...variablesIn(read.words.slice(1)) };
        return [];
      }
      const launched = withoutLaunchers(read);
      const command = { ...launched, variables: { ...exported, ...launched.variables } };
      // In another folder the scripts are those of the package there.
      const there = folder === home.folder ? home : { folder, manifest: manifestIn(folder) ?? home.manifest };
      const call = scriptCall(command.words, new Set(Object.keys(there.manifest.scripts)));
      const inner = call === undefined ? [] : await this.#called(call, there, script);
      if (inner.length === 0) return [{ ...whole, folder, text, alone, command: withoutManager(command) }];
      return inner.map((step) => withVariables(step, command));
    });
  }

  async #called(call: ScriptCall, from: Package, script: string): Promise<ScriptStep[]> {
    switch (call.kind) {
      case 'lines':
        return flatly(call.lines, (line) => this.#line(from, script, line));
      case 'scripts': {
        const folder = path.resolve(from.folder, call.folder ?? '');
        const manifest = call.folder === undefined ? from.manifest : manifestIn(folder);
        if (manifest === undefined) return [];
        const names = call.names.flatMap((name) => matching(Object.keys(manifest.scripts), name));
        return flatly(names, (name) => this.script({ folder, manifest }, name, call.args));
      }
      case 'packages': {
        const root = rootOf(from.folder);
        if (root === undefined) return [];
        const meant = ((await workspacePackages(root)) ?? []).filter(
          (one) => call.only.length === 0 || call.only.some((filter) => isMeant(one, root, filter)),
        );
        return flatly(meant, (one) => this.#inPackage(one, call.script, call.args));
      }
    }
  }

  /** A package of Nx may have no script: its own files tell the runner. */
  async #inPackage(one: Package, script: string, args: readonly string[]): Promise<ScriptStep[]> {
    if (one.manifest.scripts[script] !== undefined) return this.script(one, script, args);
    const guessed = /test/.test(script) && existsSync(path.join(one.folder, 'project.json'));
    const step = { folder: one.folder, home: one.folder, manifest: one.manifest, script, text: '', alone: '' };
    return guessed ? [{ ...step, command: { variables: {}, words: [], launcher: [] } }] : [];
  }
}

/** One after the other: what is open at a time matters. */
async function flatly<T>(
  all: readonly T[],
  stepsOf: (one: T) => Promise<readonly ScriptStep[]>,
): Promise<ScriptStep[]> {
  const steps: ScriptStep[] = [];
  for (const one of all) steps.push(...(await stepsOf(one)));
  return steps;
}

/** `yarn jest`, `pnpm vitest`: a command of a package, once it is known to be no script. */
function withoutManager(command: LaunchedCommand): LaunchedCommand {
  const [program = '', second = ''] = command.words;
  if (!/^(yarn|pnpm|bun)$/.test(program) || second.startsWith('-') || /^(run|test|install)$/.test(second))
    return command;
  return second === '' ? command : { ...command, words: command.words.slice(1) };
}

function withVariables(step: ScriptStep, { variables, launcher }: LaunchedCommand): ScriptStep {
  if (step.command === undefined) return step;
  const command = {
    ...step.command,
    variables: { ...variables, ...step.command.variables },
    launcher: [...launcher, ...step.command.launcher],
  };
  return { ...step, command };
}

/** The nearest folder upwards that names packages. */
function rootOf(folder: string): string | undefined {
  for (let current = folder; ; current = path.dirname(current)) {
    if (isWorkspaceRoot(current)) return current;
    if (path.dirname(current) === current) return undefined;
  }
}

/** Scripts of a name, or of a pattern such as `test:*`, where `*` stands for no colon. */
function matching(scripts: readonly string[], pattern: string): readonly string[] {
  if (!pattern.includes('*')) return [pattern];
  const source = pattern
    .replace(/[\\^$.+?()[\]{}|/-]/g, String.raw`\$&`)
    .replace(/\*\*|\*/g, (star) => (star === '**' ? '.*' : '[^:]*'));
  return scripts.filter((name) => new RegExp(`^${source}$`).test(name));
}

/** What wireit runs for a script: its command, and before it the scripts of this package that it needs. */
function wireitScript(
  { scripts, fields }: PackageManifest,
  name: string,
): { readonly text: string; readonly needed: readonly string[] } | undefined {
  if (scripts[name]?.trim() !== 'wireit' || !isRecord(fields['wireit'])) return undefined;
  const entry = fields['wireit'][name];
  if (!isRecord(entry)) return undefined;
  const listed = Array.isArray(entry['dependencies']) ? (entry['dependencies'] as unknown[]) : [];
  const names = listed.map((one) => (isRecord(one) ? one['script'] : one));
  return {
    text: typeof entry['command'] === 'string' ? entry['command'] : '',
    needed: names.filter((one) => typeof one === 'string'),
  };
}

function variablesIn(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words
      .filter((word) => word.includes('='))
      .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
}
