import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { isBinary } from '../../../edits/text-files.ts';
import { newFileDiff, type FileDiff } from '../../../context/git/file-diffs.ts';
import { gitChanges, type GitSource } from '../../../context/git/git-diff.ts';
import { Refusal } from '../../../rewrite/refusal.ts';
import { gitApi, untracked, type GitRepository } from './git-extension.ts';

type IsHidden = GitSource['isHidden'];

const newFileBytesMax = 200_000;
const newFilesMax = 50;

/**
 * The repository a command acts on: the one whose title bar was clicked, else that of the active file, else the
 * selected one, else the first. Throws Refusal if there is none.
 */
export async function repositoryFor(control: unknown): Promise<GitRepository> {
  const api = await gitApi();
  if (api === undefined) throw new Refusal(vscode.l10n.t('The Git extension of VS Code is disabled. Enable it first.'));
  const root = rootOf(control);
  const active = vscode.window.activeTextEditor?.document.uri;
  const found =
    (root && api.getRepository(root)) ??
    (active && api.getRepository(active)) ??
    api.repositories.find((repository) => repository.ui?.selected === true) ??
    api.repositories[0];
  if (found === undefined || found === null) throw new Refusal(vscode.l10n.t('There is no Git repository here.'));
  return found;
}

/** Changes to commit, without those of hidden files: the staged ones, else all changes including new files. */
export async function changesToCommit(repository: GitRepository, isHidden: IsHidden): Promise<readonly FileDiff[]> {
  await repository.status();
  const source = await sourceOf(repository, isHidden);
  const staged = await gitChanges(source, 'staged');
  return staged.length > 0
    ? staged
    : [...(await gitChanges(source, 'unstaged')), ...(await newFiles(repository, isHidden))];
}

/**
 * Everything that differs from the last commit, including new files, without hidden files. Line numbers are those of
 * the files now.
 */
export async function changesSinceHead(repository: GitRepository, isHidden: IsHidden): Promise<readonly FileDiff[]> {
  await repository.status();
  const changed = await headChanges(await sourceOf(repository, isHidden));
  return [...changed, ...(await newFiles(repository, isHidden))];
}

/** Subjects of the last commits; none in a new repository. */
export async function recentSubjects(repository: GitRepository, count: number): Promise<string[]> {
  try {
    return (await repository.log({ maxEntries: count })).map(({ message }) => message.split('\n')[0] ?? '');
  } catch (thrown) {
    if (thrown instanceof Error) return []; // nothing has been committed yet
    throw thrown;
  }
}

async function sourceOf(repository: GitRepository, isHidden: IsHidden): Promise<GitSource> {
  return { root: repository.rootUri.fsPath, git: (await gitApi())?.git.path, isHidden };
}

async function headChanges(source: GitSource): Promise<readonly FileDiff[]> {
  try {
    return await gitChanges(source, 'head');
  } catch (thrown) {
    if (thrown instanceof Error) return []; // there is no HEAD yet
    throw thrown;
  }
}

async function newFiles(repository: GitRepository, isHidden: IsHidden): Promise<FileDiff[]> {
  const { untrackedChanges = [], workingTreeChanges } = repository.state;
  const uris = [...untrackedChanges, ...workingTreeChanges]
    .filter(({ status, uri }) => status === untracked && !isHidden(uri.fsPath))
    .map(({ uri }) => uri);
  const unique = [...new Map(uris.map((uri) => [uri.fsPath, uri])).values()].slice(0, newFilesMax);
  const found = await Promise.all(
    unique.map(async (uri) => {
      const bytes = await readFile(uri.fsPath).catch(() => undefined); // gone again, or a folder
      if (bytes === undefined || bytes.length > newFileBytesMax || isBinary(bytes)) return undefined;
      return newFileDiff(
        path.relative(repository.rootUri.fsPath, uri.fsPath).split(path.sep).join('/'),
        bytes.toString('utf8').replace(/\r\n/g, '\n'),
      );
    }),
  );
  return found.filter((file) => file !== undefined);
}

function rootOf(control: unknown): vscode.Uri | undefined {
  return typeof control === 'object' &&
    control !== null &&
    'rootUri' in control &&
    control.rootUri instanceof vscode.Uri
    ? control.rootUri
    : undefined;
}
