import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { isBinary } from '../../edits/file-content.ts';
import { newFileDiff, splitDiff, type FileDiff } from '../../rewrite/commit-message.ts';
import { Refusal } from '../../rewrite/refusal.ts';

interface GitChange {
  readonly uri: vscode.Uri;
  readonly status: number;
}

/** What we use of a repository of VS Code's Git extension (its API, version 1). */
export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  readonly ui?: { readonly selected: boolean };
  readonly state: {
    readonly untrackedChanges?: readonly GitChange[];
    readonly workingTreeChanges: readonly GitChange[];
  };
  status(): Promise<void>;
  diff(cached?: boolean): Promise<string>;
  diffWithHEAD(): Promise<readonly GitChange[]>;
  diffWithHEAD(path: string): Promise<string>;
  log(options: { readonly maxEntries: number }): Promise<readonly { readonly message: string }[]>;
}

interface GitApi {
  readonly repositories: readonly GitRepository[];
  getRepository(uri: vscode.Uri): GitRepository | null;
}
interface GitExtension {
  getAPI(version: 1): GitApi;
}

const untracked = 7;
const newFileBytesMax = 200_000;
const newFilesMax = 50;

/**
 * The repository that a command is about: the one whose title was pressed, else the one of the active file, else the
 * only or the selected one. Throws Refusal where there is none.
 */
export async function repositoryFor(control: unknown): Promise<GitRepository> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (extension === undefined)
    throw new Refusal(vscode.l10n.t('The Git extension of VS Code is disabled. Enable it first.'));
  const api = (await extension.activate()).getAPI(1);
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

/** What would be committed: what is staged, else everything that is changed, new files included. */
export async function changesToCommit(repository: GitRepository): Promise<readonly FileDiff[]> {
  await repository.status();
  const staged = splitDiff(await repository.diff(true));
  return staged.length > 0 ? staged : [...splitDiff(await repository.diff(false)), ...(await newFiles(repository))];
}

/** Everything that differs from the last commit; lines count as they are in the files now. */
export async function changesSinceHead(repository: GitRepository): Promise<readonly FileDiff[]> {
  await repository.status();
  const changed = await headChanges(repository);
  const diffs = await Promise.all(changed.map((change) => repository.diffWithHEAD(change.uri.fsPath)));
  return [...diffs.flatMap(splitDiff), ...(await newFiles(repository))];
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

async function headChanges(repository: GitRepository): Promise<readonly GitChange[]> {
  try {
    return await repository.diffWithHEAD();
  } catch (thrown) {
    if (thrown instanceof Error) return []; // there is no HEAD yet
    throw thrown;
  }
}

async function newFiles(repository: GitRepository): Promise<FileDiff[]> {
  const { untrackedChanges = [], workingTreeChanges } = repository.state;
  const uris = [...untrackedChanges, ...workingTreeChanges]
    .filter(({ status }) => status === untracked)
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
