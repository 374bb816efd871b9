import { setImmediate } from 'node:timers/promises';
import type {
  PackedFile,
  DocumentChange,
  SkipReason,
  SyntaxAnswers,
  SyntaxQuestion,
  ToWorker,
} from './parsing/thread-messages.ts';
import { FactStore } from './parsing/fact-store.ts';
import { languageOf, languageOfFile } from './parsing/languages.ts';
import { skippedFile } from './parsing/skipped-file.ts';
import { sliceNames, sourcesIn, type FolderListing } from './parsing/source-listing.ts';
import { ThreadLink, type StartThread } from './parsing/thread-link.ts';
import { TypedDocuments } from './parsing/typed-documents.ts';
import type { DefinitionPlace, IndexProgress, SourceFile, SourceIndex } from '../workspace/source-index.ts';
import type { Syntax } from '../workspace/syntax.ts';

export interface IndexParts {
  readonly startThread: StartThread;
  /** The workspace's files without those excluded by ignore files or settings. */
  readonly list: () => Promise<readonly FolderListing[]>;
  /** A path below its workspace folder. */
  readonly relative: (absolute: string) => string;
  /** Number of threads to read many new files with; at least 1. */
  readonly threads: number;
  readonly log: (line: string) => void;
}

/** More source files than this are not indexed. */
const filesMax = 50_000;
/** Files per request to a thread. */
const chunkFiles = 64;
/** With fewer new files than this, one thread reads them all. */
const helpersFrom = 500;
const restartsMax = 5;

/** The source index of the workspace and the reader of single texts; both work in parsing threads. */
export class ThreadedIndex implements SourceIndex, Syntax {
  readonly #parts: IndexParts;
  readonly #store: FactStore;
  readonly #listeners = new Set<() => void>();
  readonly #progressListeners = new Set<() => void>();
  /** Files that changed during the first pass: facts that a helper thread read earlier are stale. */
  readonly #changed = new Set<string>();
  readonly #documents = new TypedDocuments((message) => this.#post(message));
  #main: ThreadLink | undefined;
  #restarts = 0;
  #started: Promise<void> | undefined;
  #listing: Promise<void> | undefined;
  #firstPass = true;
  /** One file per language: tells the threads which grammars to load. */
  #samples: readonly string[] = [];
  #progress: IndexProgress = { done: 0, total: 0 };
  #notice: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(parts: IndexParts) {
    this.#parts = parts;
    this.#store = new FactStore(parts.relative);
  }

  get progress(): IndexProgress {
    return this.#progress;
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

  definitionsOf(name: string): readonly DefinitionPlace[] {
    return this.#store.definitionsOf(name);
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

  /** Reads new and changed files; ignores files of unknown languages. */
  async update(files: readonly string[]): Promise<void> {
    const known = files.filter((file) => languageOfFile(file) !== undefined);
    if (known.length === 0 || this.#started === undefined) return;
    for (const file of known) if (this.#firstPass) this.#changed.add(file);
    await this.#read(this.#thread(), known);
  }

  /** Drops deleted files and folders. */
  remove(paths: readonly string[]): void {
    const before = this.#store.size;
    const folders = new Set(paths.filter((path) => !this.#store.remove(path)));
    if (folders.size > 0) for (const file of this.#store.paths()) if (isBelow(file, folders)) this.#store.remove(file);
    if (this.#store.size < before) this.#tell();
  }

  /** Lists the workspace again: reads new files, drops deleted ones. */
  async refresh(): Promise<void> {
    if (this.#started === undefined) return;
    await this.#started;
    this.#listing ??= this.#relist().finally(() => {
      this.#listing = undefined;
    });
    await this.#listing;
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
    if (this.#documents.close(file)) void this.update([file]).catch((error: unknown) => this.#parts.log(String(error)));
  }

  knows(language: string): boolean {
    return languageOf(language) !== undefined;
  }

  errors(language: string, text: string): Promise<number> {
    return this.#ask({ kind: 'errors', language, text, from: 0, to: text.length });
  }

  enclosing(language: string, text: string, from: number, to: number): Promise<SyntaxAnswers['enclosing']> {
    return this.#ask({ kind: 'enclosing', language, text, from, to });
  }

  definitions(language: string, text: string): Promise<SyntaxAnswers['definitions']> {
    return this.#ask({ kind: 'definitions', language, text, from: 0, to: text.length });
  }

  imports(language: string, text: string): Promise<SyntaxAnswers['imports']> {
    return this.#ask({ kind: 'imports', language, text, from: 0, to: text.length });
  }

  names(language: string, text: string, from: number, to: number): Promise<SyntaxAnswers['names']> {
    return this.#ask({ kind: 'names', language, text, from, to });
  }

  unbound(language: string, text: string, from: number, to: number): Promise<SyntaxAnswers['unbound']> {
    return this.#ask({ kind: 'unbound', language, text, from, to });
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#notice);
    this.#documents.dispose();
    this.#listeners.clear();
    this.#progressListeners.clear();
    this.#main?.end();
  }

  async #ask<Kind extends SyntaxQuestion['kind']>(
    question: SyntaxQuestion & { readonly kind: Kind },
  ): Promise<SyntaxAnswers[Kind]> {
    const thread = this.#thread();
    try {
      return await thread.ask(question);
    } catch (error) {
      // The thread may have ended because of another file.
      if (!thread.ended || this.#disposed) throw error;
      return this.#thread().ask(question);
    }
  }

  async #first(): Promise<void> {
    const from = performance.now();
    try {
      const files = await this.#sources();
      this.#report({ done: 0, total: files.length });
      this.#thread().post({ type: 'load', files: this.#samples });
      const missing = await this.#restore(files);
      await this.#readAll(missing);
      const seconds = ((performance.now() - from) / 1000).toFixed(1);
      const indexed = `${this.#store.size} source files indexed in ${seconds} s`;
      this.#parts.log(`${indexed}, ${missing.length} of them read, ${this.#skippedText()}.`);
    } finally {
      this.#firstPass = false;
      this.#changed.clear();
      this.#report({ done: this.#progress.total, total: this.#progress.total });
    }
  }

  async #restore(files: readonly string[]): Promise<readonly string[]> {
    const missing: string[] = [];
    try {
      const thread = this.#thread();
      for (let at = 0; at < files.length; at += sliceNames)
        missing.push(...(await thread.restore(files.slice(at, at + sliceNames), at + sliceNames >= files.length)));
      return missing;
    } catch (error) {
      this.#parts.log(`The saved index cannot be read: ${String(error)}`);
      return files.filter((file) => !this.#store.has(file));
    }
  }

  async #relist(): Promise<void> {
    const files = await this.#sources();
    const wanted = new Set(files);
    const gone = [...this.#store.paths()].filter((file) => !wanted.has(file));
    for (const file of gone) this.#store.remove(file);
    if (gone.length > 0) this.#tell();
    await this.#readAll(files.filter((file) => !this.#store.has(file)));
  }

  async #sources(): Promise<readonly string[]> {
    const { files, samples } = await sourcesIn(await this.#parts.list());
    this.#samples = samples;
    await setImmediate(); // starting a thread takes time too
    if (files.length > filesMax)
      this.#parts.log(`The workspace has ${files.length} source files; ${filesMax} of them are indexed.`);
    return files.slice(0, filesMax);
  }

  /** Reads all files, with helper threads when there are many. */
  async #readAll(files: readonly string[]): Promise<void> {
    const chunks: (readonly string[])[] = [];
    for (let at = 0; at < files.length; at += chunkFiles) chunks.push(files.slice(at, at + chunkFiles));
    chunks.reverse();
    const helpers = files.length < helpersFrom ? 0 : this.#parts.threads - 1;
    const work = async (thread: () => ThreadLink): Promise<void> => {
      for (let chunk = chunks.pop(); chunk !== undefined && !this.#disposed; chunk = chunks.pop())
        await this.#read(thread(), chunk);
    };
    const help = async (): Promise<void> => {
      let link = this.#helper();
      try {
        await work(() => (link.ended ? (link = this.#helper()) : link));
      } finally {
        link.end();
      }
    };
    await Promise.all([work(() => this.#thread()), ...Array.from({ length: helpers }, help)]);
  }

  /** When a thread dies while reading files, each is tried alone, so that only the file that breaks it is lost. */
  async #read(thread: ThreadLink, files: readonly string[]): Promise<void> {
    try {
      await thread.read(files);
    } catch (error) {
      if (this.#disposed) return;
      const [first] = files;
      if (files.length === 1 && first !== undefined) {
        const language = languageOfFile(first);
        this.#parts.log(`${first} cannot be read: ${String(error)}`);
        if (language !== undefined) this.#put([skippedFile(first, language, 'broke')]);
      } else {
        for (const file of files) if (!this.#store.has(file)) await this.#read(this.#thread(), [file]);
      }
    }
  }

  /** Posts a message that nobody awaits. */
  #post(message: ToWorker): void {
    try {
      this.#thread().post(message);
    } catch (error) {
      this.#parts.log(String(error));
    }
  }

  #helper(): ThreadLink {
    const link = new ThreadLink(this.#parts.startThread({ background: true }), {
      facts: (files) => this.#put(files.filter((file) => !this.#changed.has(file.path))),
      said: this.#parts.log,
    });
    link.post({ type: 'load', files: this.#samples });
    return link;
  }

  #thread(): ThreadLink {
    if (this.#disposed) throw new Error('The source index is closed.');
    if (this.#main === undefined || this.#main.ended) {
      if (this.#main !== undefined && ++this.#restarts > restartsMax)
        throw new Error('The parsing thread ended too often.');
      this.#documents.forget();
      this.#main = new ThreadLink(this.#parts.startThread({ background: false }), {
        facts: (files) => this.#put(files),
        said: this.#parts.log,
      });
      this.#main.post({ type: 'load', files: this.#samples });
    }
    return this.#main;
  }

  #put(files: readonly PackedFile[]): void {
    if (this.#disposed) return;
    for (const file of files) this.#store.put(file);
    if (this.#firstPass)
      this.#report({ done: Math.min(this.#store.size, this.#progress.total), total: this.#progress.total });
    this.#tell();
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
