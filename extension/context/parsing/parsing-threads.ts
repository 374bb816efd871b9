import { languageOfFile } from './languages.ts';
import { skippedFile } from './skipped-file.ts';
import { sliceNames } from './source-listing.ts';
import type { PackedFile, SyntaxAnswers, SyntaxQuestion, ToWorker } from './thread-messages.ts';
import { ThreadLink, type StartThread, type ThreadListener } from './thread-link.ts';

interface ThreadsListener extends ThreadListener {
  /** Called with files that were to be read and do not exist. */
  gone(files: readonly string[]): void;
  /** Called when another thread takes the place of the one that holds the open documents. */
  renewed(): void;
}

/** Files per request to a thread. */
const chunkFiles = 64;
/** With fewer files than this, one thread reads them all. */
const helpersFrom = 500;
const restartsMax = 5;
/** A thread that went through so many files is replaced: the memory of its parsers never shrinks. */
const filesPerThread = 2000;

/**
 * The parsing threads of an index: one that stays and answers questions, and helpers while many files are read. Owns:
 * when threads start and end, what is tried again when one died. Does not own: what the facts are for.
 */
export class ParsingThreads {
  readonly #startThread: StartThread;
  readonly #count: number;
  readonly #listener: ThreadsListener;
  /** Files of the running `read` whose facts have not come. */
  readonly #awaited = new Set<string>();
  #main: ThreadLink | undefined;
  /** The main thread of before, until it has answered its questions. */
  #former: ThreadLink | undefined;
  #restarts = 0;
  /** Files that the main thread went through. */
  #passed = 0;
  #samples: readonly string[] = [];
  #disposed = false;

  /** `count`: number of threads to read many files with, at least 1. */
  constructor(startThread: StartThread, count: number, listener: ThreadsListener) {
    this.#startThread = startThread;
    this.#count = count;
    this.#listener = listener;
  }

  /** Loads the grammars of these files, one of each language, in this and all later threads. */
  load(samples: readonly string[]): void {
    this.#samples = samples;
    this.#thread().post({ type: 'load', files: samples });
  }

  /** Posts a message that nobody awaits. */
  post(message: ToWorker): void {
    try {
      this.#thread().post(message);
    } catch (error) {
      this.#listener.said(String(error));
    }
  }

  async ask<Kind extends SyntaxQuestion['kind']>(
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

  /** Sends the saved facts of the files that did not change. Resolves with those that must be read. */
  async restore(files: readonly string[]): Promise<readonly string[]> {
    const missing: string[] = [];
    const thread = this.#thread();
    for (let at = 0; at < files.length; at += sliceNames)
      missing.push(...(await thread.restore(files.slice(at, at + sliceNames), at + sliceNames >= files.length)));
    this.#passed += files.length;
    return missing;
  }

  /** Reads files from disk. Resolves when the facts of all have come. One call at a time. */
  async read(files: readonly string[]): Promise<void> {
    const chunks: (readonly string[])[] = [];
    for (let at = 0; at < files.length; at += chunkFiles) chunks.push(files.slice(at, at + chunkFiles));
    chunks.reverse();
    for (const file of files) this.#awaited.add(file);
    const work = async (thread: () => ThreadLink): Promise<void> => {
      for (let chunk = chunks.pop(); chunk !== undefined && !this.#disposed; chunk = chunks.pop())
        await this.#readChunk(thread(), chunk);
    };
    const help = async (): Promise<void> => {
      let link = this.#start(true);
      try {
        await work(() => (link.ended ? (link = this.#start(true)) : link));
      } finally {
        link.end();
      }
    };
    const helpers = files.length < helpersFrom ? 0 : this.#count - 1;
    // All end before the call does, also when one fails: no facts come afterwards.
    const ends = await Promise.allSettled([work(() => this.#thread()), ...Array.from({ length: helpers }, help)]);
    this.#awaited.clear();
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    this.#passed += files.length;
    if (this.#passed >= filesPerThread) this.#renew();
  }

  dispose(): void {
    this.#disposed = true;
    this.#main?.end();
    this.#former?.end();
  }

  /** When a thread dies while reading files, each is tried alone, so that only the file that breaks it is lost. */
  async #readChunk(thread: ThreadLink, files: readonly string[]): Promise<void> {
    try {
      const gone = await thread.read(files);
      if (gone.length > 0 && !this.#disposed) this.#listener.gone(gone);
    } catch (error) {
      if (this.#disposed) return;
      const [first] = files;
      if (files.length === 1 && first !== undefined) {
        const language = languageOfFile(first);
        this.#listener.said(`${first} cannot be read: ${String(error)}`);
        if (language !== undefined) this.#tell([skippedFile(first, language, 'broke')]);
      } else {
        for (const file of files) if (this.#awaited.has(file)) await this.#readChunk(this.#thread(), [file]);
      }
    }
  }

  #tell(files: readonly PackedFile[]): void {
    for (const { path } of files) this.#awaited.delete(path);
    if (!this.#disposed) this.#listener.facts(files);
  }

  #thread(): ThreadLink {
    if (this.#disposed) throw new Error('The source index is closed.');
    if (this.#main === undefined || this.#main.ended) {
      const before = this.#main;
      if (before !== undefined && ++this.#restarts > restartsMax)
        throw new Error('The parsing thread ended too often.');
      this.#main = this.#start(false);
      this.#passed = 0;
      if (before !== undefined) this.#listener.renewed();
    }
    return this.#main;
  }

  /** Lets go of the main thread. The next one starts when it is needed. */
  #renew(): void {
    if (this.#disposed || this.#main === undefined) return;
    this.#former?.end();
    this.#former = this.#main;
    this.#main = undefined;
    this.#former.retire();
    this.#passed = 0;
    this.#listener.renewed();
  }

  #start(background: boolean): ThreadLink {
    const { typed, said } = this.#listener;
    const link = new ThreadLink(this.#startThread({ background }), {
      facts: (files) => this.#tell(files),
      typed,
      said,
    });
    link.post({ type: 'load', files: this.#samples });
    return link;
  }
}
