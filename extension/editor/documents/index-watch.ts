import path from 'node:path';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { grammarFilesByName, grammarsIn } from '../../context/grammar-files.ts';
import { workerThreads } from '../../context/parsing/worker-threads.ts';
import { ThreadedIndex } from '../../context/threaded-index.ts';

interface IndexWatchOptions {
  readonly dist: string;
  readonly storage: string;
  readonly files: {
    readonly folders: readonly { readonly path: string }[];
    unsorted(folder: string): Promise<readonly string[]>;
    relative(absolute: string): string;
  };
  readonly log: vscode.LogOutputChannel;
}

/** Events within this time are handled together, as when a branch is checked out. */
const settleMs = 300;
const startMs = 1500;
const progressMs = 1000;

/** The index of the workspace, kept up to date by VS Code's events about files and documents. */
export class WatchedIndex implements vscode.Disposable {
  readonly index: ThreadedIndex;
  readonly #log: vscode.LogOutputChannel;
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #written = new Set<string>();
  readonly #gone = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #listAgain = false;

  constructor({ dist, storage, files, log }: IndexWatchOptions) {
    const grammars = grammarsIn(path.join(dist, 'grammars'));
    this.#log = log;
    this.index = new ThreadedIndex({
      startThread: workerThreads(path.join(dist, 'parser.cjs'), {
        runtime: grammars.runtime,
        grammars: grammarFilesByName(grammars),
        saved: path.join(storage, 'source-index'),
      }),
      list: () =>
        Promise.all(files.folders.map(async ({ path: folder }) => ({ folder, names: await files.unsorted(folder) }))),
      relative: (absolute) => files.relative(absolute),
      threads: Math.min(availableParallelism(), 2),
      log: (line) => log.info(line),
    });
    const watcher = vscode.workspace.createFileSystemWatcher('**/*');
    const start = setTimeout(() => void this.#start(), startMs);
    this.#subscriptions.push(
      watcher,
      watcher.onDidChange((uri) => this.#changed(uri)),
      watcher.onDidCreate((uri) => this.#came(uri)),
      watcher.onDidDelete((uri) => {
        if (uri.scheme !== 'file') return;
        this.#gone.add(uri.fsPath);
        this.#later();
      }),
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
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#listLater()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('files.exclude') || event.affectsConfiguration('search.exclude'))
          this.#listLater();
      }),
      { dispose: () => clearTimeout(start) },
      this.index,
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }

  async #start(): Promise<void> {
    try {
      const ready = this.index.ready();
      // Most workspaces are read before progress would be shown.
      if (await Promise.race([ready.then(() => true), delay(progressMs).then(() => false)])) return;
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
    } catch (error) {
      this.#log.error(error instanceof Error ? error : String(error));
    }
  }

  #indexed({ uri, isClosed }: vscode.TextDocument): boolean {
    return uri.scheme === 'file' && !isClosed && this.index.has(uri.fsPath);
  }

  /** Ignores files that are not in the index: ignore files or settings exclude them. */
  #changed(uri: vscode.Uri): void {
    if (uri.scheme !== 'file') return;
    if (/^\.(git|rg)?ignore$/.test(path.basename(uri.fsPath))) this.#listLater();
    if (!this.index.has(uri.fsPath)) return;
    this.#written.add(uri.fsPath);
    this.#later();
  }

  /** Only a new listing shows if the project ignores a new file. */
  #came(uri: vscode.Uri): void {
    if (uri.scheme !== 'file') return;
    this.#gone.delete(uri.fsPath);
    if (this.index.has(uri.fsPath)) this.#changed(uri);
    else if (
      this.index.knows(uri.fsPath) ||
      path.extname(uri.fsPath) === '' ||
      path.basename(uri.fsPath).endsWith('ignore')
    )
      this.#listLater();
  }

  #listLater(): void {
    this.#listAgain = true;
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#settle(), settleMs);
  }

  async #settle(): Promise<void> {
    const gone = [...this.#gone];
    const written = [...this.#written].filter((file) => !this.#gone.has(file));
    this.#gone.clear();
    this.#written.clear();
    const list = this.#listAgain;
    this.#listAgain = false;
    try {
      this.index.remove(gone);
      await this.index.update(written);
      if (list) await this.index.refresh();
    } catch (error) {
      this.#log.error(error instanceof Error ? error : String(error));
    }
  }
}
