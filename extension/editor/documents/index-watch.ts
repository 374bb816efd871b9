import path from 'node:path';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { grammarFilesByName, grammarsIn } from '../../context/grammar-files.ts';
import { showMessage } from '../model-text/messages.ts';
import { listFolders } from '../../context/parsing/source-listing.ts';
import { workerThreads } from '../../context/parsing/worker-threads.ts';
import { ThreadedIndex } from '../../context/threaded-index.ts';

interface IndexWatchOptions {
  readonly dist: string;
  readonly storage: string;
  readonly files: {
    readonly folders: readonly { readonly path: string }[];
    unsorted(folder: string, options: { readonly only?: readonly string[] | undefined }): Promise<readonly string[]>;
    relative(absolute: string): string;
  };
  readonly log: vscode.LogOutputChannel;
  /** What was told of this workspace before. */
  readonly memory: vscode.Memento;
}

const toldKey = 'sourcesLeftOut';

const startMs = 1500;
const progressMs = 1000;

/** The index of the workspace, kept up to date by VS Code's events about files and documents. */
export class WatchedIndex implements vscode.Disposable {
  readonly index: ThreadedIndex;
  readonly #log: vscode.LogOutputChannel;
  readonly #memory: vscode.Memento;
  readonly #subscriptions: vscode.Disposable[] = [];

  constructor({ dist, storage, files, log, memory }: IndexWatchOptions) {
    this.#memory = memory;
    const grammars = grammarsIn(path.join(dist, 'grammars'));
    this.#log = log;
    this.index = new ThreadedIndex({
      startThread: workerThreads(path.join(dist, 'parser.cjs'), {
        runtime: grammars.runtime,
        grammars: grammarFilesByName(grammars),
        saved: path.join(storage, 'source-index'),
      }),
      list: (places) =>
        listFolders(
          files.folders.map((folder) => folder.path),
          places,
          (folder, only) => files.unsorted(folder, { only }),
        ),
      relative: (absolute) => files.relative(absolute),
      threads: Math.min(availableParallelism(), 2),
      log: (line) => log.info(line),
    });
    const watcher = vscode.workspace.createFileSystemWatcher('**/*');
    const start = setTimeout(() => void this.#start(), startMs);
    this.#subscriptions.push(
      watcher,
      watcher.onDidChange((uri) => this.#note(uri)),
      watcher.onDidCreate((uri) => this.#note(uri)),
      watcher.onDidDelete((uri) => this.#note(uri)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || !this.#indexed(document)) return;
        this.index.change(
          document.uri.fsPath,
          document.languageId,
          () => document.getText(),
          contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
            from: rangeOffset,
            removed: rangeLength,
            text,
          })),
        );
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.index.close(uri.fsPath)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.index.noteAll()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.index.noteAll()), // git is asked from now on
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('files.exclude') || event.affectsConfiguration('search.exclude'))
          this.index.noteAll();
      }),
      { dispose: () => clearTimeout(start) },
      this.index,
    );
  }

  dispose(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }

  async #start(): Promise<void> {
    try {
      const ready = this.index.ready();
      // Most workspaces are read before progress would be shown.
      const isQuick = await Promise.race([ready.then(() => true), delay(progressMs).then(() => false)]);
      if (!isQuick) await this.#showProgress(ready);
      await this.#tellLeftOut();
    } catch (error) {
      this.#log.error(error instanceof Error ? error : String(error));
    }
  }

  async #showProgress(ready: Promise<void>): Promise<void> {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Moonwright' },
      async (progress) => {
        const end = this.index.onProgress(() => {
          const { done, total } = this.index.progress;
          if (total > 0)
            progress.report({ message: vscode.l10n.t('Reading the workspace ({0} of {1} files)', done, total) });
        });
        await ready.finally(end);
      },
    );
  }

  /** Says once in a workspace that it has too many sources, and which of them are left out. */
  async #tellLeftOut(): Promise<void> {
    const { leftOut } = this.index;
    if (leftOut === 0 || this.#memory.get(toldKey) === true) return;
    await this.#memory.update(toldKey, true);
    const text = vscode.l10n.t('{0} source files in the deepest folders are not indexed: there are too many.', leftOut);
    const advice = vscode.l10n.t('Hide folders with files.exclude or an .ignore file to choose others.');
    await showMessage('info', `${text} ${advice}`);
  }

  #indexed({ uri, isClosed }: vscode.TextDocument): boolean {
    return uri.scheme === 'file' && !isClosed && this.index.has(uri.fsPath);
  }

  #note({ scheme, fsPath }: vscode.Uri): void {
    if (scheme !== 'file' || /[\\/]\.git([\\/]|$)/.test(fsPath)) return;
    if (/^\.(git|rg)?ignore$/.test(path.basename(fsPath))) this.index.noteAll();
    else this.index.note([fsPath]);
  }
}
