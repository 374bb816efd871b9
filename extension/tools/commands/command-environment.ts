import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

export type Environment = Readonly<Record<string, string>>;

/** Variables that the editor sets for its own processes: the user's Node would behave like one of them. */
const ofTheEditor =
  /^(ELECTRON_|VSCODE_|(CHROME_DESKTOP|NODE_(OPTIONS|TEST_CONTEXT|CHANNEL_FD|CHANNEL_SERIALIZATION_MODE|UNIQUE_ID))$)/i;
/** Variables of a test runner that this process runs in. */
const ofTestRunners = /^(VITEST|JEST_WORKER_ID$|TEST$|PYTEST_)/;

/**
 * Programs that ask for a password in a window of their own, which nobody expects of a command, and the terminal that
 * gpg would ask in.
 */
const askingPrograms = /^((GIT|SSH|SUDO)_ASKPASS|GPG_TTY)$/;
/** Editors and pagers of single programs, such as HGEDITOR and GH_PAGER: without them they use EDITOR and PAGER. */
const editorsAndPagers = /^(\w+_)?(EDITOR|PAGER|VISUAL)$|^(HG|SVN_|KUBE_|JJ_)EDITOR$/;
/** Without a terminal nobody can leave an editor or a pager, or answer a question. */
const withoutTerminal: Environment = {
  EDITOR: 'true',
  VISUAL: 'true',
  GIT_EDITOR: 'true',
  GIT_SEQUENCE_EDITOR: 'true',
  GIT_TERMINAL_PROMPT: '0',
  GIT_PAGER: 'cat',
  PAGER: 'cat',
  MANPAGER: 'cat',
  SSH_ASKPASS_REQUIRE: 'never',
  // Windows of Git Credential Manager, questions of pip and of packages of Debian.
  GCM_INTERACTIVE: 'never',
  PIP_NO_INPUT: '1',
  DEBIAN_FRONTEND: 'noninteractive',
};

/**
 * The user's environment for programs without a terminal: nothing in it opens an editor, a pager or a question. It has
 * no variables of the editor and of a surrounding test runner.
 */
export function userEnvironment(from: NodeJS.ProcessEnv): Environment {
  const dropped = [ofTheEditor, ofTestRunners, askingPrograms, editorsAndPagers];
  const kept = Object.entries(from).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !dropped.some((pattern) => pattern.test(entry[0])),
  );
  return { ...Object.fromEntries(kept), ...withoutTerminal };
}

/** The full path of a program, found in PATH like a shell does; undefined when there is none. */
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

/** The argv to start a program, which may be a batch file on Windows; undefined when it is not in PATH. */
export function programArgv(name: string, environment: Environment): readonly string[] | undefined {
  const file = findProgram(name, environment);
  if (file === undefined) return undefined;
  return /\.(cmd|bat)$/i.test(file) ? [environment['ComSpec'] ?? 'cmd.exe', '/d', '/c', file] : [file];
}
