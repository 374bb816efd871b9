import * as vscode from 'vscode';
import { gitReady, type GitState } from './git-ready.ts';

/** A first look at very many folders takes long. */
const patienceMs = 15_000;
let ready: Promise<void> | undefined;

interface GitChange {
  readonly uri: vscode.Uri;
  readonly status: number;
}

/** The members we use of a repository in the API of VS Code's Git extension, version 1. */
export interface GitRepository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  readonly ui?: { readonly selected: boolean };
  readonly state: {
    readonly untrackedChanges?: readonly GitChange[];
    readonly workingTreeChanges: readonly GitChange[];
  };
  status(): Promise<void>;
  log(options: { readonly maxEntries: number }): Promise<readonly { readonly message: string }[]>;
}

interface GitApi extends GitState {
  readonly git: { readonly path: string };
  readonly repositories: readonly GitRepository[];
  getRepository(uri: vscode.Uri): GitRepository | null;
}

interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): GitApi;
}

/** The status of files that git does not track. */
export const untracked = 7;

/** The API of VS Code's Git extension once it knows the repositories; undefined if it or git is disabled. */
export async function gitApi(): Promise<GitApi | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (extension === undefined) return undefined;
  const git = await extension.activate();
  if (!git.enabled) return undefined;
  const api = git.getAPI(1);
  await (ready ??= gitReady(api, patienceMs)); // all callers wait once, together
  return api;
}
