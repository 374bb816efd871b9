import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';

/** What is used of the git extension's API, version 1. */
interface GitRepository {
  diff(cached?: boolean): Promise<string>;
}
interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): { readonly repositories: readonly GitRepository[] };
}

const run = promisify(execFile);
const outputMax = 16 * 1024 * 1024;

/** What is changed in the workspace and not committed: staged, then unstaged. Empty without a repository. */
export async function gitDiff(folders: readonly string[]): Promise<string> {
  const repositories = await knownRepositories();
  if (repositories.length > 0) {
    const diffs = await Promise.all(
      repositories.flatMap((repository) => [repository.diff(true), repository.diff(false)]),
    );
    return diffs
      .filter((diff) => diff !== '')
      .map((diff) => (diff.endsWith('\n') ? diff : `${diff}\n`))
      .join('');
  }
  // A repository's own configuration may name programs that git runs.
  if (!vscode.workspace.isTrusted) return '';
  return (await Promise.all(folders.map(diffOfFolder))).join('');
}

async function knownRepositories(): Promise<readonly GitRepository[]> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (extension === undefined) return [];
  const git = extension.isActive ? extension.exports : await extension.activate();
  return git.enabled ? git.getAPI(1).repositories : [];
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
