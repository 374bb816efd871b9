import { linesOf, sameHunk, type Hunk } from './hunks.ts';
import { PendingText, type StoredPending } from './pending-text.ts';

/** A text with changes of the assistant that the user has not decided on. All line ends are `\n`. */
export interface PendingFile {
  /** The document's URI as a string: untitled documents have no path. */
  readonly uri: string;
  /** The text without pending changes; undefined if the assistant created the file. */
  readonly baseline: string | undefined;
  /** Undefined if the assistant deleted the file. */
  readonly current: string | undefined;
  readonly hunks: readonly Hunk[];
  readonly created: boolean;
  readonly deleted: boolean;
  /** True while the assistant is changing it. */
  readonly changing: boolean;
  /** Origins of the change: ids of conversations, `inline`, `refactor`. */
  readonly sources: readonly string[];
}

/** Reads and writes texts by URI: that of an open document, else that of the file. */
export interface PendingTexts {
  /** Undefined if the file does not exist. */
  read(uri: string): Promise<string | undefined>;
  /**
   * Writes in one undo step, and saves if there were no unsaved changes; undefined deletes the file. A file that is
   * gone becomes a symlink to `link` again, if that is given.
   */
  write(uri: string, text: string | undefined, link?: string): Promise<void>;
  /** The one URI of a text that is open under another one, through a symlink; of any other text the same URI. */
  readonly nameOf?: (uri: string) => string;
}

/** Keeps pending edits for the next window. */
export interface PendingStorage {
  load(): Promise<readonly StoredPending[]>;
  save(files: readonly StoredPending[]): Promise<void>;
}

/** A text as the user saw it when deciding; undefined if nothing was pending. */
type Shown = readonly [uri: string, file: PendingFile | undefined];

/** Texts kept after their last pending change is settled: VS Code's undo may bring it back. */
const settledMax = 50;

/**
 * The changes of the assistant that the user has not decided on, by chat, inline chat and commands.
 *
 *   pending.begin(uri, textBefore, 'inline');  // before the change; undefined for a new file
 *   ...change the document, at once or step by step...
 *   await pending.end(uri);                    // the difference is now the assistant's
 *
 * Changes outside of begin and end are the user's: they move hunks, and take over those that they touch. Owns: the set
 * of texts, the order of events. Does not own: which lines are the assistant's (PendingText), documents (PendingTexts),
 * storage (PendingStorage), the display.
 */
export class PendingEdits {
  readonly #texts: PendingTexts;
  readonly #storage: PendingStorage;
  readonly #failed: (thrown: unknown) => void;
  readonly #all = new Map<string, PendingText>();
  readonly #listeners = new Set<() => void>();
  #files: readonly PendingFile[] | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** `failed` is called if the storage cannot be read or written: the review then goes on in memory. */
  constructor(texts: PendingTexts, storage: PendingStorage, failed: (thrown: unknown) => void) {
    this.#texts = texts;
    this.#storage = storage;
    this.#failed = failed;
  }

  /** Loads the edits that an earlier window left. Later changes count as the user's. */
  restore(): Promise<void> {
    return this.#inTurn(async () => {
      const stored = await this.#storage.load().catch((thrown: unknown) => (this.#failed(thrown), []));
      for (const file of stored) {
        if (this.#all.has(file.uri)) continue;
        try {
          const text = PendingText.stored(file);
          text.take(await this.#texts.read(file.uri));
          text.changing = 0;
          this.#all.set(file.uri, text);
        } catch (thrown) {
          this.#failed(thrown); // a damaged URI costs its own edits only
        }
      }
    });
  }

  /** The assistant is about to change this text; undefined if there is no file yet. `link`: the target of a symlink. */
  begin(named: string, text: string | undefined, source = 'chat', link?: string): void {
    // A change of the symlink itself is no change of the file.
    const uri = link === undefined ? this.#uriOf(named) : named;
    const known = this.#all.get(uri) ?? new PendingText(text, link);
    this.#all.delete(uri);
    this.#all.set(uri, known); // the newest is last
    known.begin(text, source);
    this.#changed();
    void this.#inTurn(() => this.#store());
  }

  /** The assistant's change is done: the difference since `begin` is pending. */
  end(named: string): Promise<void> {
    const uri = this.#uriOf(named);
    return this.#inTurn(async () => {
      const text = this.#all.get(uri);
      if (text === undefined) return;
      text.take(await this.#texts.read(uri));
      text.changing = Math.max(0, text.changing - 1);
      await this.#store();
    });
  }

  /**
   * The text may have changed: outside of begin and end by the user or by undo. `text` is the text at this moment, if
   * that matters: it is read later, and more may be typed until then.
   */
  changed(named: string, text?: string): Promise<void> {
    const uri = this.#uriOf(named);
    const known = this.#all.get(uri);
    if (known === undefined) return Promise.resolve();
    if (text !== undefined) known.pass(text);
    return this.#inTurn(() => this.#sync(uri));
  }

  /** A file or folder was renamed. */
  renamed(from: string, to: string): Promise<void> {
    return this.#inTurn(async () => {
      const all = [...this.#all]; // it changes below
      for (const [uri, text] of all) {
        if (uri !== from && !uri.startsWith(`${from}/`)) continue;
        const rest = uri.slice(from.length);
        this.#all.delete(uri);
        this.#all.set(to + rest, text);
        await this.#sync(to + rest);
      }
      await this.#store();
    });
  }

  /** The files with pending changes, in the order of their last change. */
  files(): readonly PendingFile[] {
    this.#files ??= [...this.#all].filter(([, text]) => text.pending).map(([uri, text]) => fileOf(uri, text));
    return this.#files;
  }

  file(uri: string): PendingFile | undefined {
    const name = this.#uriOf(uri);
    return this.files().find((file) => file.uri === name);
  }

  /** True if changes of this text matter. */
  tracks(uri: string): boolean {
    return this.#all.has(this.#uriOf(uri));
  }

  /** Keeps the chosen hunks of `shown`, or all. */
  keep(uri: string, chosen?: readonly Hunk[], shown = this.file(uri)): Promise<void> {
    return this.#keep([[this.#uriOf(uri), shown]], chosen);
  }

  /** Undoes the chosen hunks of `shown`, or all, in one edit. */
  undo(uri: string, chosen?: readonly Hunk[], shown = this.file(uri)): Promise<void> {
    return this.#undo([[this.#uriOf(uri), shown]], chosen);
  }

  keepAll(uris?: readonly string[]): Promise<void> {
    return this.#keep(this.#shown(uris));
  }

  undoAll(uris?: readonly string[]): Promise<void> {
    return this.#undo(this.#shown(uris));
  }

  #shown(uris: readonly string[] = this.files().map((file) => file.uri)): Shown[] {
    return uris.map((uri) => [this.#uriOf(uri), this.file(uri)]);
  }

  /** The URI under which a text is kept. */
  #uriOf(uri: string): string {
    return this.#all.has(uri) ? uri : (this.#texts.nameOf?.(uri) ?? uri);
  }

  #keep(shown: readonly Shown[], chosen?: readonly Hunk[]): Promise<void> {
    return this.#settle(shown, chosen, async (uri, text, left) => {
      text.keep(left);
      if (!text.pending) this.#all.delete(uri);
    });
  }

  #undo(shown: readonly Shown[], chosen?: readonly Hunk[]): Promise<void> {
    return this.#settle(shown, chosen, async (uri, text, left) => {
      const wanted = text.undone(left);
      await this.#texts.write(uri, wanted, text.linkOf(left));
      // A formatter may have changed the text on saving: that is not the assistant's change.
      text.rewrite(wanted);
      text.take(await this.#texts.read(uri));
    });
  }

  /** Calls back after every change; returns a function that ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves once everything asked for so far is done and stored. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  async #settle(
    shown: readonly Shown[],
    chosen: readonly Hunk[] | undefined,
    act: (uri: string, text: PendingText, left: readonly Hunk[] | undefined) => Promise<void>,
  ): Promise<void> {
    await this.#inTurn(async () => {
      for (const [uri, file] of shown) {
        const text = this.#all.get(uri);
        if (text === undefined || file === undefined) continue;
        await this.#sync(uri);
        const left = chosen === undefined ? undefined : stillThere(file, chosen, fileOf(uri, text));
        if (text.pending && left?.length !== 0) await act(uri, text, left);
      }
      await this.#store();
    });
  }

  async #sync(uri: string): Promise<void> {
    this.#all.get(uri)?.take(await this.#texts.read(uri));
  }

  async #store(): Promise<void> {
    const settled = [...this.#all].filter(([, text]) => !text.pending && text.changing === 0);
    for (const [uri] of settled.slice(0, -settledMax)) this.#all.delete(uri);
    const stored = [...this.#all]
      .filter(([, text]) => text.pending || text.changing > 0)
      .map(([uri, text]) => text.toStored(uri));
    await this.#storage.save(stored).catch(this.#failed);
  }

  /** Runs one task at a time, in the order of the calls. */
  #inTurn(run: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(async () => {
      try {
        await run();
      } finally {
        this.#changed();
      }
    });
    this.#queue = done.catch(() => undefined); // the caller gets the error
    return done;
  }

  #changed(): void {
    this.#files = undefined;
    for (const listener of this.#listeners) listener();
  }
}

function fileOf(uri: string, text: PendingText): PendingFile {
  return {
    uri,
    baseline: text.baseline,
    current: text.current,
    hunks: text.hunks,
    created: text.baseline === undefined,
    deleted: text.current === undefined,
    changing: text.changing > 0,
    sources: [...text.sources],
  };
}

/** The chosen hunks where they are now: the user may have typed since they were shown. */
function stillThere(shown: PendingFile, chosen: readonly Hunk[], now: PendingFile): Hunk[] {
  const before = contents(shown);
  const wanted = new Set(
    shown.hunks.flatMap((hunk, at) => (chosen.some((other) => sameHunk(hunk, other)) ? [before[at]] : [])),
  );
  const names = contents(now);
  return now.hunks.filter((_, at) => wanted.has(names[at]));
}

/** One key per hunk: its text, with a counter if several are equal. */
function contents(file: PendingFile): string[] {
  const [old, now] = [linesOf(file.baseline ?? ''), linesOf(file.current ?? '')];
  const seen = new Map<string, number>();
  return file.hunks.map(({ oldStart, oldLines, newStart, newLines }) => {
    const said = JSON.stringify([old.slice(oldStart, oldStart + oldLines), now.slice(newStart, newStart + newLines)]);
    const count = seen.get(said) ?? 0;
    seen.set(said, count + 1);
    return `${count} ${said}`;
  });
}
