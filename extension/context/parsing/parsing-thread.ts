import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { LanguageLoader } from './language-loader.ts';
import { languageOf, languageOfFile, languages } from './languages.ts';
import type {
  FromWorker,
  PackedFile,
  SyntaxAnswers,
  SyntaxQuestion,
  ToWorker,
  WorkerStart,
} from './thread-messages.ts';
import { packedOf, RecordLog, type SavedFile } from './record-log.ts';
import { skippedFile } from './skipped-file.ts';
import { hashOfFile, packText, readSourceFile, stateOf } from './source-reader.ts';
import { countErrors, readDefinitions, readEnclosing, readImports, readNames } from './syntax-reader.ts';
import { readUnbound } from './unbound-names.ts';
import { TreeCache } from './tree-cache.ts';

/** Raised when the facts of a file may change although no query did. */
const factsVersion = 4;
const batchFiles = 16;
const batchBytes = 1 << 17;
/** Unacknowledged `facts` messages: more at once would block the editor's thread for too long. */
const underwayMax = 2;

/** The parsing thread: handles one message after another; questions overtake the reading of files. */
export class ParsingThread {
  readonly #post: (message: FromWorker) => void;
  readonly #languages: LanguageLoader;
  readonly #trees = new TreeCache();
  #log: RecordLog | undefined;
  #saved: ReadonlyMap<string, SavedFile> | undefined;
  #kept: SavedFile[] = [];
  #underway = 0;
  #room: (() => void) | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(start: WorkerStart, post: (message: FromWorker) => void) {
    this.#post = (message) => {
      if (message.type === 'facts') this.#underway++;
      post(message);
    };
    this.#languages = new LanguageLoader(start.runtime, start.grammars);
    this.#log = start.saved === undefined ? undefined : new RecordLog(start.saved, version());
  }

  /** Handles a message; resolves when its work is done. */
  handle(message: ToWorker): Promise<void> {
    switch (message.type) {
      case 'ask':
        return this.#ask(message.id, message.question);
      case 'taken':
        return this.#taken();
      case 'load':
        return this.#inOrder(() => this.#load(message.files));
      case 'open':
        return this.#inOrder(() => this.#open(message.path, message.language, message.text));
      case 'change':
        return this.#inOrder(async () => this.#change(message));
      case 'close':
        return this.#inOrder(async () => this.#trees.close(message.path));
      case 'restore':
        return this.#inOrder(() => this.#restore(message.files, message.last));
      case 'read':
        return this.#inOrder(() => this.#read(message.files, message.chunk));
    }
  }

  #inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #taken(): Promise<void> {
    this.#underway--;
    if (this.#underway < underwayMax) this.#room?.();
  }

  /** Waits until the other side has acknowledged enough facts. */
  async #roomForFacts(): Promise<void> {
    if (this.#underway < underwayMax) return;
    await new Promise<void>((resolve) => {
      this.#room = resolve;
    });
    this.#room = undefined;
  }

  async #ask(id: number, question: SyntaxQuestion): Promise<void> {
    try {
      this.#post({ type: 'answer', id, value: await this.#answer(question) });
    } catch (error) {
      this.#post({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #answer(question: SyntaxQuestion): Promise<SyntaxAnswers[keyof SyntaxAnswers]> {
    const known = languageOf(question.language);
    const language = known && (await this.#languages.load(known));
    const parsed = language && this.#trees.parse(language, question.text);
    if (language === undefined || parsed === undefined) return nothing[question.kind];
    switch (question.kind) {
      case 'errors':
        return countErrors(parsed, language);
      case 'definitions':
        return readDefinitions(parsed, language);
      case 'imports':
        return readImports(parsed, language);
      case 'enclosing':
        return readEnclosing(parsed, language, question.from, question.to);
      case 'names':
        return readNames(parsed, language, question.from, question.to);
      case 'unbound':
        return readUnbound(parsed, language, question.from, question.to);
    }
  }

  /** Loads all grammars first: one that is loaded later waits seconds until V8 has optimised those in use. */
  async #load(files: readonly string[]): Promise<void> {
    const used = new Set(files.map(languageOfFile).filter((language) => language !== undefined));
    await Promise.all([...used].map((language) => this.#languages.load(language)));
  }

  async #open(document: string, id: string, text: string): Promise<void> {
    const known = languageOf(id);
    if (known === undefined) return;
    const language = await this.#languages.load(known);
    const parsed = this.#trees.open(document, language, text);
    if (parsed !== undefined) this.#post({ type: 'typed', file: packText(document, parsed, language.query, known) });
  }

  #change({ path, changes }: ToWorker & { readonly type: 'change' }): void {
    const changed = this.#trees.change(path, changes);
    if (changed !== undefined)
      this.#post({ type: 'typed', file: packText(path, changed, changed.language.query, changed.language.language) });
  }

  /** A file with the saved time and size is not even opened; another one is read again only if its hash differs. */
  async #restore(files: readonly string[], last: boolean): Promise<void> {
    this.#saved ??= (await this.#keep((log) => log.read())) ?? new Map<string, SavedFile>();
    const saved = this.#saved;
    const batch = new Batch(this.#post);
    const missing: string[] = [];
    for (let at = 0; at < files.length; at += batchFiles) {
      for (const file of files.slice(at, at + batchFiles)) {
        const known = saved.get(file);
        if (known !== undefined && isUnchanged(known)) {
          this.#kept.push(known);
          batch.add(packedOf(known));
          if (batch.isFull) batch.send();
        } else missing.push(file);
      }
      await setImmediate();
      await this.#roomForFacts();
    }
    batch.send();
    if (last) {
      await this.#keep((log) => log.settle(this.#kept));
      this.#saved = undefined;
      this.#kept = [];
    }
    this.#post({ type: 'restored', files: missing });
  }

  /** Facts are saved before they are told, so that what the other side knows survives the end of this thread. */
  async #read(files: readonly string[], chunk: number): Promise<void> {
    const batch = new Batch(this.#post);
    const gone: string[] = [];
    let fresh: SavedFile[] = [];
    const tell = async (): Promise<void> => {
      await this.#keep((log) => log.append(fresh));
      fresh = [];
      batch.send();
    };
    for (const file of files) {
      const found = await this.#readFile(file);
      if (found === undefined) gone.push(file);
      else {
        if ('body' in found) fresh.push(found);
        batch.add('body' in found ? packedOf(found) : found);
        if (batch.isFull) await tell();
      }
      await setImmediate(); // questions come first
      await this.#roomForFacts();
    }
    await tell();
    this.#post({ type: 'read', chunk, gone });
  }

  /** Without a usable disk the files are only read again next time. */
  async #keep<T>(work: (log: RecordLog) => Promise<T>): Promise<T | undefined> {
    if (this.#log === undefined) return undefined;
    try {
      return await work(this.#log);
    } catch (error) {
      this.#log = undefined;
      this.#post({ type: 'unsaved', message: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  async #readFile(file: string): Promise<SavedFile | PackedFile | undefined> {
    try {
      return await readSourceFile(file, this.#languages);
    } catch (error) {
      // A trap of the parser leaves its memory in an unknown state: the thread must be restarted.
      if (error instanceof Error && error.name === 'RuntimeError') throw error;
      const language = languageOfFile(file);
      return language && skippedFile(file, language, 'broke');
    }
  }
}

function isUnchanged({ path, modified, size, hash }: SavedFile): boolean {
  const state = stateOf(path);
  return state !== undefined && state.size === size && (state.modified === modified || hashOfFile(path) === hash);
}

const nothing: SyntaxAnswers = {
  errors: 0,
  definitions: [],
  imports: [],
  enclosing: undefined,
  names: [],
  unbound: [],
};

/** Collects files into messages that are quick to copy. */
class Batch {
  readonly #post: (message: FromWorker) => void;
  #files: PackedFile[] = [];
  #bytes = 0;

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
  }

  add(file: PackedFile): void {
    this.#files.push(file);
    this.#bytes += file.facts.length + file.definitions.length;
  }

  get isFull(): boolean {
    return this.#files.length >= batchFiles || this.#bytes > batchBytes;
  }

  send(): void {
    if (this.#files.length > 0) this.#post({ type: 'facts', files: this.#files });
    this.#files = [];
    this.#bytes = 0;
  }
}

/** A hash of the queries: saved facts are valid only for the queries that made them. */
function version(): string {
  const hash = createHash('sha1').update(String(factsVersion));
  for (const { grammar, query } of languages) hash.update(grammar).update(query);
  return hash.digest('hex');
}
