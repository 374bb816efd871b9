import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { gitApi } from './git-extension.ts';

const run = promisify(execFile);
const outputMax = 16 * 1024 * 1024;

/** The uncommitted changes of the workspace as a diff: staged, then unstaged. Empty without a repository. */
export async function gitDiff(folders: readonly string[]): Promise<string> {
  const repositories = (await gitApi())?.repositories ?? [];
  if (repositories.length > 0) {
    const diffs = await Promise.all(
      repositories.flatMap((repository) => [repository.diff(true), repository.diff(false)]),
    );
    return diffs
      .filter((diff) => diff !== '')
      .map((diff) => (diff.endsWith('\n') ? diff : `${diff}\n`))
      .join('');
  }
  // The configuration of a repository may name programs that git runs.
  if (!vscode.workspace.isTrusted) return '';
  return (await Promise.all(folders.map(diffOfFolder))).join('');
}

async function diffOfFolder(folder: string): Promise<string> {
  try {
    const { stdout } = await run(
      'git',
      ['--no-optional-locks', '-c', 'core.quotepath=off', 'diff', '--no-ext-diff', '--no-color', 'HEAD'],
      { cwd: folder, maxBuffer: outputMax },
    );
    return stdout;
  } catch {
    return ''; // no repository, no commit, or no git
  }
}
