import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

export type Environment = Readonly<Record<string, string>>;

/** Set by the editor for its own processes: with them the user's Node would behave as a part of it. */
const ofTheEditor =
  /^(ELECTRON_|VSCODE_|CHROME_DESKTOP$|NODE_OPTIONS$|NODE_TEST_CONTEXT$|NODE_CHANNEL_FD$|NODE_CHANNEL_SERIALIZATION_MODE$|NODE_UNIQUE_ID$)/i;
/** Set by a test runner around this process, when there is one. */
const ofTestRunners = /^(VITEST|JEST_WORKER_ID$|TEST$|PYTEST_)/;

/** The user's environment: what the editor and a surrounding test runner added is left out. */
export function userEnvironment(from: NodeJS.ProcessEnv): Environment {
  const kept = Object.entries(from).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !ofTheEditor.test(entry[0]) && !ofTestRunners.test(entry[0]),
  );
  return Object.fromEntries(kept);
}

/** The full path of a program in PATH, as a shell would find it; undefined when there is none. */
export function findProgram(name: string, environment: Environment): string | undefined {
  const searched = Object.entries(environment).find(([key]) => key.toUpperCase() === 'PATH')?.[1] ?? '';
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat', '.com'] : [''];
  for (const folder of searched.split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    const found = endings.map((ending) => path.join(folder, name + ending)).find(isProgram);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isProgram(file: string): boolean {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}

/** How to start a program that may be a batch file on Windows; undefined when it is not in PATH. */
export function programArgv(name: string, environment: Environment): readonly string[] | undefined {
  const file = findProgram(name, environment);
  if (file === undefined) return undefined;
  return /\.(cmd|bat)$/i.test(file) ? [environment['ComSpec'] ?? 'cmd.exe', '/d', '/c', file] : [file];
}
