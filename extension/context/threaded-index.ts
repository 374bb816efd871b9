import { setImmediate } from 'node:timers/promises';
import type { PackedFile, DocumentChange, SkipReason, SyntaxAnswers } from './parsing/thread-messages.ts';
import { ChangeQueue, type Changes } from './change-queue.ts';
import { paced } from './paced.ts';
import { FactStore } from './parsing/fact-store.ts';
import { languageOf } from './parsing/languages.ts';
import { ParsingThreads } from './parsing/parsing-threads.ts';
import { chosenSources } from './parsing/source-choice.ts';
import { fewPlaces, sliceNames, sourcePlaces, sourcesIn, type FolderListing } from './parsing/source-listing.ts';
import type { StartThread } from './parsing/thread-link.ts';
import { TypedDocuments } from './parsing/typed-documents.ts';
import type { DefinitionPlace, IndexProgress, SourceFile, SourceIndex } from '../workspace/source-index.ts';
import type { Syntax } from '../workspace/syntax.ts';

export interface IndexParts {
  readonly startThread: StartThread;
  /**
   * The workspace's files without those excluded by ignore files or settings; with `places` at least those of them that
   * are at or below these absolute paths.
   */
  readonly list: (places?: readonly string[]) => Promise<readonly FolderListing[]>;
  /** A path below its workspace folder. */
  readonly relative: (absolute: string) => string;
  /** Number of threads to read many new files with; at least 1. */
  readonly threads: number;
  readonly log: (line: string) => void;
  /** Most files to index. */
  readonly filesMax?: number;
}

/** More source files than this are not indexed. */
const filesMaxDefault = 50_000;
/** With more new paths than this the folders around them are listed. */
const placesMax = 500;

/**
 * The source index of the workspace and the reader of single texts; both work in parsing threads. The index becomes
 * what the disk holds in passes, one at a time: the first reads everything, each later one what was noted since.
 */
export class ThreadedIndex implements SourceIndex, Syntax {
  readonly #parts: IndexParts;
  readonly #store: FactStore;
  readonly #listeners = new Set<() => void>();
  readonly #progressListeners = new Set<() => void>();
  readonly #documents = new TypedDocuments((message) => this.#threads.post(message));
  readonly #threads: ParsingThreads;
  readonly #changes: ChangeQueue;
  readonly #filesMax: number;
  #started: Promise<void> | undefined;
  #firstPass = true;
  /** Sources that are not indexed because there are too many. */
  #leftOut: ReadonlySet<string> = new Set();
  #progress: IndexProgress = { done: 0, total: 0 };
  #notice: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(parts: IndexParts) {
    this.#parts = parts;
    this.#filesMax = parts.filesMax ?? filesMaxDefault;
    this.#store = new FactStore(parts.relative);
    this.#threads = new ParsingThreads(parts.startThread, parts.threads, {
      facts: (files) => this.#put(files),
      typed: (file) => this.#putTyped(file),
      gone: (files) => {
        this.#drop(files);
        // A folder may have taken their place, or there is room for others now.
        this.#changes.note({ paths: files, all: this.#leftOut.size > 0 });
      },
      renewed: () => this.#documents.reopen(),
      said: parts.log,
    });
    this.#changes = new ChangeQueue(
      (changes) => this.#pass(changes),
      (thrown) => {
        if (!this.#disposed) parts.log(`The source index is not up to date: ${String(thrown)}`);
      },
    );
  }

  get progress(): IndexProgress {
    return this.#progress;
  }

  /** Number of sources that are not indexed because there are too many. */
  get leftOut(): number {
    return this.#leftOut.size;
  }

  /** Starts the first pass if it has not started. */
  async ready(signal?: AbortSignal): Promise<void> {
    this.#started ??= this.#first().catch((error: unknown) => {
      this.#started = undefined; // the next caller tries again
      throw error;
    });
    if (signal === undefined) return this.#started;
    signal.throwIfAborted();
    const started = this.#started;
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      void started.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }

  files(): readonly SourceFile[] {
    return this.#store.files();
  }

  file(absolute: string): SourceFile | undefined {
    return this.#store.file(absolute);
  }

  definitionsOf(name: string, filesMax?: number): readonly DefinitionPlace[] {
    return this.#store.definitionsOf(name, filesMax);
  }

  definedNames(): Iterable<string> {
    return this.#store.definedNames();
  }

  usedIn(name: string): readonly SourceFile[] {
    return this.#store.usedIn(name);
  }

  /** Files that are not indexed, with the reason. */
  skipped(): ReadonlyMap<string, SkipReason> {
    return this.#store.skipped();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onProgress(listener: () => void): () => void {
    this.#progressListeners.add(listener);
    return () => this.#progressListeners.delete(listener);
  }

  /** Takes the paths of files and folders that came, changed or went: a pass looks at them soon. */
  note(paths: readonly string[]): void {
    if (this.#started !== undefined) this.#changes.note({ paths });
  }

  /** What belongs to the workspace may have changed: a pass lists it again soon. */
  noteAll(): void {
    if (this.#started !== undefined) this.#changes.note({ all: true });
  }

  /** Resolves when what was noted is in the index, or could not be read. */
  async settled(): Promise<void> {
    await this.#started;
    await this.#changes.settled();
  }

  has(absolute: string): boolean {
    return this.#store.has(absolute);
  }

  /** Takes an open document's changes: from the first one on, its unsaved text counts. */
  change(file: string, language: string, text: () => string, changes: readonly DocumentChange[]): void {
    this.#documents.change(file, language, text, changes);
  }

  /** The document was closed: the text on disk counts again. */
  close(file: string): void {
    if (this.#documents.close(file)) this.note([file]);
  }

  knows(language: string): boolean {
    return languageOf(language) !== undefined;
  }

  errors(language: string, text: string): Promise<number> {
    return this.#threads.ask({ kind: 'errors', language, text, from: 0, to: text.length });
  }

  enclosing(language: string, text: string, from: number, to: number): Promise<SyntaxAnswers['enclosing']> {
    return this.#threads.ask({ kind: 'enclosing', language, text, from, to });
  }

  definitions(language: string, text: string): Promise<SyntaxAnswers['definitions']> {
    return this.#threads.ask({ kind: 'definitions', language, text, from: 0, to: text.length });
  }

  imports(language: string, text: string): Promise<SyntaxAnswers['imports']> {
    return this.#threads.ask({ kind: 'imports', language, text, from: 0, to: text.length });
  }

  names(language: string, text: string, from: number, to: number): Promise<SyntaxAnswers['names']> {
    return this.#threads.ask({ kind: 'names', language, text, from, to });
  }

  unbound(language: string, text: string, from: number, to: number): Promise<SyntaxAnswers['unbound']> {
    return this.#threads.ask({ kind: 'unbound', language, text, from, to });
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#notice);
    this.#changes.close();
    this.#documents.dispose();
    this.#listeners.clear();
    this.#progressListeners.clear();
    this.#threads.dispose();
  }

  /** The first pass: what was saved, and what must be read. */
  async #first(): Promise<void> {
    const from = performance.now();
    try {
      const files = await this.#sources();
      this.#report({ done: 0, total: files.length });
      const missing = await this.#restore(files);
      await this.#threads.read(missing);
      const seconds = ((performance.now() - from) / 1000).toFixed(1);
      const indexed = `${this.#store.size} source files indexed in ${seconds} s`;
      this.#parts.log(`${indexed}, ${missing.length} of them read, ${this.#skippedText()}.`);
    } finally {
      this.#firstPass = false;
      this.#report({ done: this.#progress.total, total: this.#progress.total });
    }
    this.#changes.open();
  }

  async #restore(files: readonly string[]): Promise<readonly string[]> {
    try {
      return await this.#threads.restore(files);
    } catch (error) {
      this.#parts.log(`The saved index cannot be read: ${String(error)}`);
      return files.filter((file) => !this.#store.has(file));
    }
  }

  /** Makes the index agree with the disk at and below the paths, or everywhere. */
  async #pass({ paths, all }: Changes): Promise<void> {
    const unknown = paths.filter((path) => !this.#store.has(path));
    const below = await this.#storedBelow(new Set(unknown));
    const stale = new Set([...paths.filter((path) => this.#store.has(path)), ...below]);
    const came = all ? [] : await this.#newSources(unknown);
    if (all || (came.length > 0 && this.#store.size + came.length > this.#filesMax)) await this.#passAll(stale);
    else await this.#threads.read([...stale, ...came]);
  }

  async #passAll(stale: ReadonlySet<string>): Promise<void> {
    const files = await this.#sources();
    const listed = new Set(files);
    this.#drop([...this.#store.paths()].filter((file) => !listed.has(file)));
    const isRead = (file: string): boolean => this.#store.has(file) && !stale.has(file) && !this.#store.failed(file);
    await this.#threads.read(files.filter((file) => !isRead(file)));
  }

  /** Sources at and below the paths that are not in the index, and may be. */
  async #newSources(paths: readonly string[]): Promise<readonly string[]> {
    const places = await sourcePlaces(paths);
    if (places.length === 0) return [];
    const { files } = await sourcesIn(await this.#parts.list(fewPlaces(places, placesMax)));
    return files.filter((file) => !this.#store.has(file) && !this.#leftOut.has(file));
  }

  /** Indexed files below these folders. */
  async #storedBelow(folders: ReadonlySet<string>): Promise<readonly string[]> {
    if (folders.size === 0) return [];
    const found: string[] = [];
    for (const [at, file] of [...this.#store.paths()].entries()) {
      if (at % sliceNames === 0) await setImmediate();
      if (isBelow(file, folders)) found.push(file);
    }
    return found;
  }

  /** The sources of the workspace; of too many always the same ones. */
  async #sources(): Promise<readonly string[]> {
    const { files, samples } = await sourcesIn(await this.#parts.list());
    await setImmediate(); // starting a thread takes time too
    this.#threads.load(samples);
    const chosen = await chosenSources(files, this.#filesMax, paced());
    const indexed = chosen.length < files.length ? new Set(chosen) : undefined;
    this.#leftOut = new Set(indexed && files.filter((file) => !indexed.has(file)));
    if (indexed !== undefined)
      this.#parts.log(`The workspace has ${files.length} source files; ${chosen.length} of them are indexed.`);
    return chosen;
  }

  #put(files: readonly PackedFile[]): void {
    // The text of an open document counts until it is closed.
    for (const file of files)
      if (!this.#documents.holds(file.path) || !this.#store.has(file.path)) this.#store.put(file);
    if (this.#firstPass)
      this.#report({ done: Math.min(this.#store.size, this.#progress.total), total: this.#progress.total });
    this.#tell();
  }

  /** Takes the facts of a document, unless it was closed or its file is gone. */
  #putTyped(file: PackedFile): void {
    if (this.#disposed || !this.#documents.holds(file.path) || !this.#store.has(file.path)) return;
    this.#store.put(file);
    this.#tell();
  }

  #drop(files: readonly string[]): void {
    for (const file of files) {
      if (this.#store.remove(file)) this.#tell();
      this.#documents.close(file);
    }
  }

  #report(progress: IndexProgress): void {
    this.#progress = progress;
    for (const listener of this.#progressListeners) listener();
  }

  /** Tells the listeners once for many changes. */
  #tell(): void {
    this.#notice ??= setTimeout(() => {
      this.#notice = undefined;
      for (const listener of this.#listeners) listener();
    }, 50);
  }

  #skippedText(): string {
    const reasons = new Map<SkipReason, number>();
    for (const reason of this.#store.skipped().values()) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    return reasons.size === 0
      ? 'none skipped'
      : `skipped: ${[...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ')}`;
  }
}

function isBelow(file: string, folders: ReadonlySet<string>): boolean {
  for (let at = file.length - 1; at > 0; at--)
    if ((file[at] === '/' || file[at] === '\\') && folders.has(file.slice(0, at))) return true;
  return false;
}
