import * as vscode from 'vscode';
import type { FileDiff } from '../../../context/git/file-diffs.ts';
import { gitChanges, type GitSource } from '../../../context/git/git-diff.ts';
import { gitApi } from './git-extension.ts';

/** The uncommitted changes of the workspace, staged, then unstaged, without hidden files. */
export async function uncommittedChanges(
  folders: readonly string[],
  isHidden: GitSource['isHidden'],
): Promise<readonly FileDiff[]> {
  // The configuration of a repository may name programs that git runs.
  if (!vscode.workspace.isTrusted) return [];
  const api = await gitApi();
  const roots = api?.repositories.map(({ rootUri }) => rootUri.fsPath) ?? [];
  const from = async (root: string, what: Parameters<typeof gitChanges>[1]): Promise<readonly FileDiff[]> => {
    try {
      return await gitChanges({ root, git: api?.git.path, isHidden }, what);
    } catch {
      return []; // no repository, no commit, or no git
    }
  };
  const found =
    roots.length > 0
      ? roots.flatMap((root) => [from(root, 'staged'), from(root, 'unstaged')])
      : folders.map((folder) => from(folder, 'head'));
  return (await Promise.all(found)).flat();
}
